"""Lists of what belongs to customers: their shared filters, their page, and the list of contacts."""

from customers.lists.contacts import CONTACTS, ContactFilter
from customers.lists.filters import OfCustomersFilter
from customers.lists.rows import of_customers

__all__ = ["CONTACTS", "ContactFilter", "OfCustomersFilter", "of_customers"]
