"""What a change of a customer leaves behind: facts, lines of the timeline, payloads of events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from customers.domain.timeline import Entry
from customers.models import AttributeChange, Customer, CustomerRole

# Columns whose changes are facts from the customer's first value on.
TRACKED = ("industry", "country", "employees", "stage", "language")
# Columns that hardly ever change: their first value is written down when it is about to go.
LAZY = ("name", "domain", "time_zone", "parent")
BOOK = ("owner", "team")


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of one customer that became another. ``label`` is that of one of the company's own attributes."""

    customer: Customer
    key: str
    before: Any
    after: Any
    label: str = ""


def first_facts(customers: Iterable[Customer], known_on: date) -> None:
    """The facts of new customers: each attribute that has a value, and whose book they are in."""
    made = list(customers)
    AttributeChange.objects.bulk_create(
        _change(customer, key, value, min(customer.created_on, known_on), known_on)
        for customer in made
        for key, value in _values(customer)
    )
    _roles([one for one in made if one.owner_id or one.team_id], known_on)


def facts(differences: Sequence[Difference], today: date) -> None:
    """The facts of what changed today."""
    told = _told_before(differences)
    rows = [row for one in differences if one.key not in BOOK for row in _rows(one, told, today)]
    AttributeChange.objects.bulk_create(rows)
    _roles({one.customer.pk: one.customer for one in differences if one.key in BOOK}.values(), today)


def entries(differences: Sequence[Difference], at: datetime) -> list[Entry]:
    """The lines that tell of differences: one for owner and team, stage, parent, and for all the rest."""
    by_customer: dict[int, list[Difference]] = {}
    for one in differences:
        by_customer.setdefault(one.customer.pk, []).append(one)
    return [entry for group in by_customer.values() for entry in _entries(group, at)]


def payload(customer: Customer, differences: Sequence[Difference] = ()) -> dict[str, Any]:
    changes = {one.key: {"before": one.before, "after": one.after} for one in differences if one.customer is customer}
    return {"customer": customer.pk, "uid": f"{customer.uid}", "version": customer.version, "changes": changes}


def _values(customer: Customer) -> list[tuple[str, Any]]:
    built_in = [(key, getattr(customer, key)) for key in TRACKED]
    own = list(customer.attributes.items())
    return [(key, value) for key, value in [*built_in, *own] if value is not None and value != ""]


def _change(customer: Customer, key: str, value: Any, day: date, known_on: date) -> AttributeChange:
    return AttributeChange(customer=customer, key=key, value=value, day=day, known_on=known_on)


def _told_before(differences: Sequence[Difference]) -> set[tuple[int, str]]:
    lazy = [one for one in differences if one.key in LAZY]
    if not lazy:
        return set()
    rows = AttributeChange.objects.filter(customer__in={one.customer.pk for one in lazy}, key__in=LAZY)
    return set(rows.values_list("customer_id", "key"))


def _rows(one: Difference, told: set[tuple[int, str]], today: date) -> list[AttributeChange]:
    customer = one.customer
    row = _change(customer, one.key, one.after, today, today)
    if one.key not in LAZY or (customer.pk, one.key) in told or one.before in (None, ""):
        return [row]
    return [_change(customer, one.key, one.before, customer.created_on, customer.known_on), row]


def _roles(customers: Iterable[Customer], known_on: date) -> None:
    CustomerRole.objects.bulk_create(
        CustomerRole(
            customer=customer,
            role=CustomerRole.Role.CSM,
            user_id=customer.owner_id,
            team_id=customer.team_id,
            day=known_on,
            known_on=known_on,
        )
        for customer in customers
    )


def _entries(group: Sequence[Difference], at: datetime) -> list[Entry]:
    customer = group[0].customer
    told: list[Entry] = []
    if any(one.key in BOOK for one in group):
        book = {"owner": customer.owner_id, "team": customer.team_id}
        told.append(Entry(customer=customer.pk, kind="owner_changed", at=at, values=book))
    for one in group:
        if one.key == "stage":
            step = {"before": one.before, "after": one.after}
            told.append(Entry(customer=customer.pk, kind="stage_changed", at=at, values=step))
        if one.key == "parent":
            parent = {"parent": customer.parent.name if customer.parent else ""}
            told.append(Entry(customer=customer.pk, kind="parent_changed", at=at, values=parent))
    if rest := [_plain(one) for one in group if one.key not in (*BOOK, "stage", "parent")]:
        told.append(Entry(customer=customer.pk, kind="attributes_changed", at=at, values={"changes": rest}))
    return told


def _plain(one: Difference) -> dict[str, Any]:
    return {"key": one.key, "label": one.label, "before": one.before, "after": one.after}
