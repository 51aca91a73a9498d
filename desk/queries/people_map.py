"""The people of a customer by role: who is missing, who has gone quiet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.clock import AsOf
from customers.models import Contact, ContactRole, Touchpoint
from customers.queries.people import People

QUIET = timedelta(days=60)
NEEDED = (ContactRole.CHAMPION, ContactRole.DECISION_MAKER)
ROLES = (*NEEDED, ContactRole.USER, ContactRole.BILLING)
SHOWN = 6  # of one role


@dataclass(frozen=True, slots=True)
class Person:
    """A contact, and the day on which we last talked with each other; None for never. ``quiet``: of one who decides or
    speaks for us, too long ago."""

    contact: Contact
    last: date | None
    quiet: bool


@dataclass(frozen=True, slots=True)
class RoleOf:
    """The people of one role; a role that is needed is there without people, too."""

    role: ContactRole
    people: list[Person]

    @property
    def more(self) -> int:
        return max(0, len(self.people) - SHOWN)

    @property
    def shown(self) -> list[Person]:
        return self.people[:SHOWN]


def people_map(known: People, talks: Sequence[Touchpoint], *, at: AsOf) -> list[RoleOf]:
    """The active people of a customer by role, champions first; ``talks``: the last with each of them."""
    last = {one.contact_id: one.day for one in talks}
    found = [RoleOf(role, [_person(one, last, at.day) for one in known.active if one.role == role]) for role in ROLES]
    return [one for one in found if one.people or (one.role in NEEDED and known.active)]


def _person(contact: Contact, last: Mapping[int | None, date], day: date) -> Person:
    talked = last.get(contact.pk)
    return Person(contact, talked, contact.role in NEEDED and (talked is None or talked < day - QUIET))
