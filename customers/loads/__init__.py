from customers.loads.contacts import CONTACTS
from customers.loads.customers import CUSTOMERS
from customers.loads.tickets import TICKETS
from customers.loads.touchpoints import TOUCHPOINTS

__all__ = ["CONTACTS", "CUSTOMERS", "TICKETS", "TOUCHPOINTS"]
