from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from core.clock import AsOf
from core.prepared import prepared
from customers.measures import CHAMPION_GONE_DAYS
from customers.models import Contact, ContactRole, Customer
from customers.queries.canonical import members

ORDER = {ContactRole.CHAMPION: 0, ContactRole.DECISION_MAKER: 1, ContactRole.BILLING: 3}


@dataclass(frozen=True, slots=True)
class People:
    """Who is at a customer. ``active`` has champions first; ``champion_left`` is the day, if it leaves a gap."""

    active: list[Contact]
    left: list[Contact]
    champion_left: date | None

    @property
    def only_one(self) -> bool:
        return len(self.active) == 1


def people(customer: Customer, *, at: AsOf) -> People:
    """The contacts of a customer, by their latest values. Two statements."""
    contacts = _contacts(tuple(members(customer.pk)))
    active = [one for one in contacts if one.left_on is None]
    left = [one for one in contacts if one.left_on is not None]
    return People(
        active=sorted(active, key=lambda one: (ORDER.get(ContactRole(one.role), 2), one.name, one.pk)),
        left=sorted(left, key=lambda one: (one.left_on or date.min, one.pk), reverse=True),
        champion_left=_gap(active, left, at.day),
    )


@prepared
def _contacts(customers: tuple[int, ...]) -> QuerySet[Contact]:
    return Contact.objects.filter(customer__in=customers)


def _gap(active: list[Contact], left: list[Contact], day: date) -> date | None:
    if any(one.role == ContactRole.CHAMPION for one in active):
        return None
    days = [one.left_on for one in left if one.role == ContactRole.CHAMPION and one.left_on]
    latest = max(days, default=None)
    return latest if latest and day - timedelta(days=CHAMPION_GONE_DAYS) <= latest < day else None
