"""That two records are one customer: a dated fact, which can be undone. Facts keep their customer."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from customers.domain import customers as book
from customers.domain.customers import CustomerValues
from customers.models import Customer, Merge

MERGED = "customers.customers_merged.v1"
UNDONE = "customers.merge_undone.v1"
UNDOABLE: Final = timedelta(days=30)
COLUMNS: Final = (
    "name", "domain", "industry", "country", "employees", "stage", "language", "time_zone", "owner", "team", "parent",
)  # fmt: skip


@transaction.atomic
def merge(*, one: int, into: int, at: datetime, by: User | None = None, take: Collection[str] = ()) -> Merge:
    """Say that the record ``one`` is the customer ``into``, as known from the day of ``at``.

    ``take`` names the columns, and own attributes as ``attributes.KEY``, whose value ``into`` takes from ``one``.
    Raises ValidationError where either is merged already, or is the same: there are no chains.
    """
    _check(one, into)
    made = Merge.objects.create(from_customer_id=one, into_customer_id=into, known_on=clock.today(at), by=by)
    made.taken = _take(one, into, take, by, at)
    made.save(update_fields=["taken"])
    events.append(type=MERGED, payloads=[_payload(made)], at=at)
    return made


@transaction.atomic
def undo(*, merge: Merge, at: datetime, by: User | None = None) -> Merge:
    """Say that they are two after all, from the day of ``at`` on. Twice the same changes nothing.

    What was taken over goes back where nobody has changed it since. Raises ValidationError once ``UNDOABLE`` is over.
    """
    locked = Merge.objects.select_for_update().get(pk=merge.pk)
    if locked.undone_on is None:
        if clock.today(at) > undoable_until(locked):
            raise ValidationError(_("A merge can be undone for 30 days. Make a new customer instead."))
        locked.undone_on = clock.today(at)
        locked.save(update_fields=["undone_on"])
        _give_back(locked, by, at)
        events.append(type=UNDONE, payloads=[_payload(locked)], at=at)
    return locked


def undoable_until(merge: Merge) -> date:
    """The last day on which it can be undone."""
    return merge.known_on + UNDOABLE


def value_of(customer: Customer, name: str) -> Any:
    """A column (people, teams and parents by id) or an own attribute, as ``take`` names them; None where empty."""
    if name.startswith("attributes."):
        return customer.attributes.get(name.removeprefix("attributes."))
    value = getattr(customer, f"{name}_id" if name in book.LINKS else name)
    return None if value == "" else value


def _take(one: int, into: int, names: Collection[str], by: User | None, at: datetime) -> dict[str, list[Any]]:
    """What was before and what is now, of each value that was taken over."""
    if not names:
        return {}
    both = Customer.objects.in_bulk([one, into])
    taken = {name: [value_of(both[into], name), value_of(both[one], name)] for name in names if _is_known(name)}
    _set(into, {name: after for name, (_before, after) in taken.items()}, by, at)
    return taken


def _is_known(name: str) -> bool:
    return name in COLUMNS or name.startswith("attributes.")


def _give_back(merge: Merge, by: User | None, at: datetime) -> None:
    now = Customer.objects.get(pk=merge.into_customer_id)
    back = {name: before for name, (before, after) in merge.taken.items() if value_of(now, name) == after}
    _set(now.pk, back, by, at)


def _set(customer: int, values: dict[str, Any], by: User | None, at: datetime) -> None:
    own = {name.removeprefix("attributes."): one for name, one in values.items() if name.startswith("attributes.")}
    columns = {name: one for name, one in values.items() if name in COLUMNS}
    book.change(changes=[CustomerValues(customer=customer, values=columns, attributes=own)], by=by, at=at)


def _check(one: int, into: int) -> None:
    list(Customer.objects.select_for_update().filter(pk__in=[one, into]).order_by("pk").values_list("pk"))
    if one == into:
        raise ValidationError(_("A customer can't be merged into itself."))
    there = Merge.objects.open()
    if there.filter(from_customer__in=[one, into]).exists() or there.filter(into_customer=one).exists():
        raise ValidationError(_("One of the two is merged with another already. Undo that first."))


def _payload(merge: Merge) -> dict[str, object]:
    return {
        "customer": merge.into_customer_id,
        "customers": [merge.from_customer_id, merge.into_customer_id],
        "from": merge.from_customer_id,
        "into": merge.into_customer_id,
    }
