"""Saves: who wanted to leave and took something else, and what that was worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import User
from core.clock import AsOf
from customers.models import Customer
from subscriptions.models import MrrMovement, Save


@dataclass(frozen=True, slots=True)
class Kept:
    """A save and what the customer pays on the day looked at: MRR of all their subscriptions, reporting currency."""

    save: Save
    mrr: Decimal

    @property
    def stays(self) -> bool:
        return self.mrr > 0

    def matches(self, kind: str, currency: str, stays: str) -> bool:
        """Whether it is of this kind and currency, and, where ``stays`` is not empty, of one who still pays."""
        return kind in ("", self.save.kind) and currency in ("", self.save.currency) and (self.stays or not stays)


@dataclass(frozen=True, slots=True)
class Saved:
    """Saves in one currency by kind: how many, how many of them still pay, the MRR before and what was kept of it."""

    kind: str
    currency: str
    count: int
    staying: int
    before: Decimal
    after: Decimal

    @property
    def label(self) -> str:
        return str(Save.Kind(self.kind).label)

    @property
    def share(self) -> float | None:
        return self.staying / self.count if self.count else None


def saves(user: User, at: AsOf, *, since: date) -> list[Kept]:
    """The saves from ``since`` up to ``at`` of the customers that a user sees, the latest first."""
    rows = Save.objects.filter(known_on__lt=at.known_on, day__gte=since, customer__in=_seen(user)).order_by(
        "-day", "-pk"
    )
    found = list(rows.select_related("customer__owner", "subscription", "by"))
    mrr = _mrr({row.customer_id for row in found}, at)
    return [Kept(row, mrr.get(row.customer_id, Decimal(0))) for row in found]


def by_kind(rows: Iterable[Kept]) -> list[Saved]:
    """The same counted, the kind with most MRR first."""
    groups: dict[tuple[str, str], list[Kept]] = {}
    for row in rows:
        groups.setdefault((row.save.kind, row.save.currency), []).append(row)
    return sorted((_of(key, own) for key, own in groups.items()), key=lambda one: -one.before)


def by_currency(rows: Iterable[Kept]) -> list[tuple[str, Decimal, Decimal]]:
    """Currency, MRR before and MRR after, of all together."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for row in rows:
        before, after = sums.get(row.save.currency, (Decimal(0), Decimal(0)))
        sums[row.save.currency] = (before + row.save.before, after + row.save.after)
    return [(currency, *both) for currency, both in sorted(sums.items())]


def _of(key: tuple[str, str], rows: Sequence[Kept]) -> Saved:
    before, after = (sum((getattr(row.save, name) for row in rows), Decimal(0)) for name in ("before", "after"))
    return Saved(*key, len(rows), sum(row.stays for row in rows), before, after)


def _seen(user: User) -> QuerySet[Customer]:
    return Customer.objects.visible_to(user)


def _mrr(customers: set[int], at: AsOf) -> dict[int, Decimal]:
    known = MrrMovement.objects.filter(at.visible(), ruleset__in_force=True, customer__in=customers)
    last = known.order_by("customer_id", "day", "-known_on", "-revision").distinct("customer_id", "day")
    found: dict[int, Decimal] = {}
    for customer, before, after, fx in last.values_list("customer_id", "before", "after", "fx"):
        found[customer] = found.get(customer, Decimal(0)) + after - before + fx
    return found
