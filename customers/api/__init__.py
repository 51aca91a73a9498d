"""Customers and what belongs to them, at the doors of the REST API."""

from customers.api.catalogue import MeasureRows, SavedFilterRows, StandingRows
from customers.api.contacts import ContactRows
from customers.api.customers import CustomerRows
from customers.api.path import GoalRows, HandOffRows, PulseRows, StageRows
from customers.api.tickets import TicketRows
from customers.api.touchpoints import TouchpointRows

__all__ = [
    "ContactRows",
    "CustomerRows",
    "GoalRows",
    "HandOffRows",
    "MeasureRows",
    "PulseRows",
    "SavedFilterRows",
    "StageRows",
    "StandingRows",
    "TicketRows",
    "TouchpointRows",
]
