"""Renewals by month, of the customers that somebody sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import AsOf
from customers.models import Customer
from subscriptions.queries.renewals import IN_NOTICE, LATE, LOST, RENEWED, UPCOMING, Renewal, renewals

STATES: Final = (
    (UPCOMING, _("to come")),
    (IN_NOTICE, _("notice is over")),
    (RENEWED, _("renewed")),
    (LATE, _("late")),
    (LOST, _("lost")),
)
BACK, AHEAD = 3, 12


@dataclass(frozen=True, slots=True)
class Due:
    """A renewal of a customer; ``month`` is the first day of the month that it is in."""

    customer: Customer
    renewal: Renewal

    @property
    def month(self) -> date:
        return self.renewal.term_ends_on.replace(day=1)

    @property
    def label(self) -> str:
        return str(dict(STATES)[self.renewal.state])

    @property
    def tone(self) -> str:
        return {RENEWED: "good", LATE: "watch", LOST: "risk"}.get(self.renewal.state, "unknown")


@dataclass(frozen=True, slots=True)
class Month:
    """The renewals of a month in one currency: how many and how much MRR, and of that by state."""

    month: date
    currency: str
    count: int
    mrr: Decimal
    states: list[tuple[str, int, Decimal]]

    @property
    def rate(self) -> float | None:
        """Renewed of what is decided, by MRR; None where nothing is."""
        sums = {state: mrr for state, _count, mrr in self.states}
        decided = sums[RENEWED] + sums[LOST]
        return float(sums[RENEWED] / decided) if decided else None


def months(today: date) -> list[date]:
    """The first days of the months listed, and of the one after the last."""
    first = today.year * 12 + today.month - 1 - BACK
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + BACK + AHEAD + 1)]


def chosen(asked: str, listed: Sequence[date], today: date) -> date:
    """The month of an address, such as 2026-04; this month where it says none that is listed."""
    found = next((month for month in listed[:-1] if f"{month:%Y-%m}" == asked), None)
    return found or today.replace(day=1)


def due(user: User, at: AsOf, listed: Sequence[date]) -> list[Due]:
    """The renewals of all these months among the customers that a user sees, by their day."""
    seen = Customer.objects.visible_to(user)
    ids = None if user.sees_everything else list(seen.values_list("pk", flat=True))
    rows = renewals(at, since=listed[0], until=listed[-1], customers=ids)
    found = seen.select_related("owner").in_bulk({row.customer_id for row in rows})
    return [Due(found[row.customer_id], row) for row in rows if row.customer_id in found]


def by_month(rows: Iterable[Due]) -> list[Month]:
    groups: dict[tuple[date, str], list[Renewal]] = {}
    for row in rows:
        groups.setdefault((row.month, row.renewal.currency), []).append(row.renewal)
    return [_month(*key, own) for key, own in sorted(groups.items())]


def _month(month: date, currency: str, rows: Sequence[Renewal]) -> Month:
    states = []
    for state, _label in STATES:
        its = [row.mrr for row in rows if row.state == state]
        states.append((state, len(its), sum(its, Decimal(0))))
    return Month(month, currency, len(rows), sum((row.mrr for row in rows), Decimal(0)), states)
