"""Lists of what belongs to customers: their shared filters, their page, and the list of contacts."""

from customers.lists.contacts import CONTACTS, ContactFilter
from customers.lists.filters import OfCustomersFilter, narrowed_to
from customers.lists.rows import of_customers

__all__ = ["CONTACTS", "ContactFilter", "OfCustomersFilter", "narrowed_to", "of_customers"]
