from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from customers.domain import timeline
from customers.domain.timeline import Entry
from customers.models import TimelineEntry

ADDED = "customers.note_added.v1"


@transaction.atomic
def add(*, customer: int, text: str, by: User | None, at: datetime) -> TimelineEntry:
    """Put a note on a customer's timeline. Raises ValidationError for an empty one."""
    (words,) = timeline.write_texts(texts=[(customer, None, text)])
    if words is None:
        raise ValidationError({"text": _("Write the note first.")})
    entries = [Entry(customer=customer, kind="note", at=at, text=words)]
    (entry,) = timeline.tell(entries=entries, known_on=clock.today(at), by=by)
    payload = {"customer": customer, "entry": entry.pk, "uid": str(entry.uid), "by": by.pk if by else None}
    events.append(type=ADDED, payloads=[payload], at=at)
    return entry
