"""The admin site's pages. What they write goes through the domain; facts are only looked up."""

from customers.admin.attribute import AttributeAdmin
from customers.admin.contact import ContactAdmin
from customers.admin.contacting import ContactPolicyAdmin, SuppressionAdmin
from customers.admin.customer import CustomerAdmin
from customers.admin.facts import TicketAdmin, TouchpointAdmin
from customers.admin.saved_filter import SavedFilterAdmin

__all__ = [
    "AttributeAdmin",
    "ContactAdmin",
    "ContactPolicyAdmin",
    "CustomerAdmin",
    "SavedFilterAdmin",
    "SuppressionAdmin",
    "TicketAdmin",
    "TouchpointAdmin",
]
