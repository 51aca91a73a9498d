from core.models.company import Company
from core.models.event import Event, EventCursor
from core.models.form import SentForm
from core.models.job import Job, Slot
from core.models.mail import Mail
from core.models.source import ExternalId, Source

__all__ = ["Company", "Event", "EventCursor", "ExternalId", "Job", "Mail", "SentForm", "Slot", "Source"]
