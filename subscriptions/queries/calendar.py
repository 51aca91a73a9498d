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
from subscriptions.models import FxRate
from subscriptions.queries.of_customer import reporting_currency
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
    """A renewal of a customer; ``month`` is the first day of the month that it is in, ``mrr`` in the reporting
    currency at the last known rate (where there is none, nothing).
    """

    customer: Customer
    renewal: Renewal
    mrr: Decimal

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
    """The renewals of a month: how many and how much MRR, in the reporting currency, and of that by state.

    ``over`` once all of its days have passed.
    """

    month: date
    count: int
    mrr: Decimal
    states: list[tuple[str, int, Decimal]]
    over: bool

    @property
    def rate(self) -> float | None:
        """Renewed of what is decided, by MRR; None where nothing is, and in a month that is not over.

        Who leaves says so before the day, who stays does not: the share of a month ahead would be of the lost alone.
        """
        if not self.over:
            return None
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
    rates = _rates(at)
    return [
        Due(found[row.customer_id], row, row.mrr * rates.get(row.currency, Decimal(0)))
        for row in rows
        if row.customer_id in found
    ]


def by_month(rows: Iterable[Due], today: date) -> list[Month]:
    groups: dict[date, list[Due]] = {}
    for row in rows:
        groups.setdefault(row.month, []).append(row)
    return [_month(month, own, over=month < today.replace(day=1)) for month, own in sorted(groups.items())]


def _rates(at: AsOf) -> dict[str, Decimal]:
    known = FxRate.objects.filter(at.visible()).order_by("currency", "-day", "-known_on", "-pk").distinct("currency")
    return {**dict(known.values_list("currency", "rate")), reporting_currency(): Decimal(1)}


def _month(month: date, rows: Sequence[Due], *, over: bool) -> Month:
    states = []
    for state, _label in STATES:
        its = [row.mrr for row in rows if row.renewal.state == state]
        states.append((state, len(its), sum(its, Decimal(0))))
    return Month(month, len(rows), sum((row.mrr for row in rows), Decimal(0)), states, over)
