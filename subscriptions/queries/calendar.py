"""Renewals by month, of the customers that somebody sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import AsOf
from customers.models import Customer
from subscriptions.domain.columns import Columns, take
from subscriptions.domain.ledger_source import from_date, to_amount, to_date
from subscriptions.models import FxRate
from subscriptions.queries.currency_numbers import code, number_of
from subscriptions.queries.held_renewals import terms
from subscriptions.queries.of_customer import reporting_currency
from subscriptions.queries.renewals import IN_NOTICE, LATE, LOST, RENEWED, UPCOMING, Renewal

STATES: Final = (
    (UPCOMING, _("to come")),
    (IN_NOTICE, _("notice is over")),
    (RENEWED, _("renewed")),
    (LATE, _("late")),
    (LOST, _("lost")),
)
NAMES: Final = [state for state, _label in STATES]
BACK, AHEAD = 3, 12


@dataclass(frozen=True, slots=True)
class Due:
    """A renewal of a customer; ``mrr`` in the reporting currency at the last known rate (where there is none,
    nothing).
    """

    customer: Customer
    renewal: Renewal
    mrr: Decimal

    @property
    def label(self) -> str:
        return str(dict(STATES)[self.renewal.state])

    @property
    def tone(self) -> str:
        return {RENEWED: "good", LATE: "watch", LOST: "risk"}.get(self.renewal.state, "")


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


@dataclass(frozen=True)
class Calendar:
    """Renewals as columns (see ``held_renewals.terms``), each with the place of its month among ``months``; ``rates``
    by the number of the currency.
    """

    months: Sequence[date]
    rows: Columns
    rates: dict[int, Decimal]

    def part(self, month: date, state: str = "") -> "Calendar":
        """Those of a month, in one state (in any, where empty)."""
        its = self.rows["month"] == self.months.index(month)
        if state:
            its &= self.rows["state"] == (NAMES.index(state) if state in NAMES else -1)
        return Calendar(self.months, take(self.rows, np.flatnonzero(its)), self.rates)

    @property
    def count(self) -> int:
        return len(self.rows["mrr"])

    @property
    def mrr(self) -> Decimal:
        """Of all together, in the reporting currency."""
        sums = (self._worth(int(one), self.rows["mrr"][self.rows["currency"] == one].sum()) for one in self._currencies)
        return sum(sums, Decimal(0))

    def by_state(self) -> tuple[list[list[int]], list[list[Decimal]]]:
        """Of each month how many are in each of the states, and their MRR."""
        shape = len(self.months), len(NAMES)
        cell = self.rows["month"] * shape[1] + self.rows["state"]
        sums = np.full(shape, Decimal(0), dtype=object).reshape(-1)
        for currency in self._currencies.tolist():
            own, its = np.zeros(len(sums), dtype=np.int64), self.rows["currency"] == currency
            np.add.at(own, cell[its], self.rows["mrr"][its])
            sums += [self._worth(currency, one) for one in own.tolist()]
        return np.bincount(cell, minlength=len(sums)).reshape(shape).tolist(), sums.reshape(shape).tolist()

    def listed(self, most: int | None = None) -> list[Due]:
        """The first of them, or all."""
        rows = {name: column[:most].tolist() for name, column in self.rows.items()}
        found = Customer.objects.select_related("owner").in_bulk(set(rows["customer"]))
        made = []
        for who, subscription, term, notice, mrr, currency, auto, state, _month in zip(*rows.values(), strict=True):
            renewal = Renewal(
                who,
                subscription,
                to_date(term),
                to_date(notice),
                to_amount(mrr),
                code(currency),
                {1: True, 0: False}.get(auto),
                NAMES[state],
            )
            made.append(Due(found[who], renewal, self._worth(currency, mrr)))
        return made

    @property
    def _currencies(self) -> np.ndarray:
        return np.unique(self.rows["currency"])

    def _worth(self, currency: int, millionths: int) -> Decimal:
        return to_amount(millionths) * self.rates.get(currency, Decimal(0))


def due(user: User, at: AsOf, listed: Sequence[date]) -> Calendar:
    """The renewals of all these months but the last among the customers that a user sees, by their day."""
    seen = Customer.objects.visible_to(user)
    ids = None if user.sees_everything else list(seen.values_list("pk", flat=True))
    rows = terms(at, since=listed[0], until=listed[-1], customers=ids)
    month = np.searchsorted([from_date(day) for day in listed], rows["term"], "right") - 1
    rates = {number_of(currency): rate for currency, rate in _rates(at).items()}
    return Calendar(listed[:-1], {**rows, "month": month}, rates)


def by_month(found: Calendar, today: date) -> list[Month]:
    """The months in which something is due."""
    counts, sums = found.by_state()
    made = [
        _month(month, its, own, over=month < today.replace(day=1))
        for month, its, own in zip(found.months, counts, sums, strict=True)
    ]
    return [month for month in made if month.count]


def _rates(at: AsOf) -> dict[str, Decimal]:
    known = FxRate.objects.filter(at.visible()).order_by("currency", "-day", "-known_on", "-pk").distinct("currency")
    return {**dict(known.values_list("currency", "rate")), reporting_currency(): Decimal(1)}


def _month(month: date, counts: Sequence[int], sums: Sequence[Decimal], *, over: bool) -> Month:
    return Month(month, sum(counts), sum(sums, Decimal(0)), list(zip(NAMES, counts, sums, strict=True)), over)
