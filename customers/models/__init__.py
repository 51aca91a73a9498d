from customers.models.attribute import Attribute, AttributeChange
from customers.models.contact import Contact, ContactChange, ContactRole
from customers.models.contacting import ContactPolicy, ContactSend, Suppression
from customers.models.customer import Customer, CustomerRole
from customers.models.mailbox import MailReceived
from customers.models.measured import MeasurePlace
from customers.models.merge import Merge
from customers.models.path import Document, HandOff, StageRecord
from customers.models.plan import Goal, GoalValue, Pulse, StageReached
from customers.models.saved_filter import SavedFilter
from customers.models.standing import Band, Standing
from customers.models.text import Text
from customers.models.ticket import Ticket, TicketState
from customers.models.timeline import TimelineEntry
from customers.models.touchpoint import Touchpoint, TouchpointTakenBack

__all__ = [
    "Attribute",
    "AttributeChange",
    "Band",
    "Contact",
    "ContactChange",
    "ContactPolicy",
    "ContactRole",
    "ContactSend",
    "Customer",
    "CustomerRole",
    "Document",
    "Goal",
    "GoalValue",
    "HandOff",
    "MailReceived",
    "MeasurePlace",
    "Merge",
    "Pulse",
    "SavedFilter",
    "StageReached",
    "StageRecord",
    "Standing",
    "Suppression",
    "Text",
    "Ticket",
    "TicketState",
    "TimelineEntry",
    "Touchpoint",
    "TouchpointTakenBack",
]
