"""What a customer is worth and what winning one costs: margin, CLV, CAC, payback. Over the last six full months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.db import connection

from churn.queries.retention.asked import Asked
from churn.queries.retention.lines import Line
from churn.queries.retention.periods import Period, shift
from churn.queries.retention.report import book_for, line_of
from subscriptions.domain import rulesets
from subscriptions.domain.ledger_source import to_amount

FULL_MONTHS: Final = 6

# Of each month, kind and currency the cost known last, in the reporting currency at the last rate of the month.
COSTS: Final = """
SELECT c.day, c.kind, c.currency, c.amount, CASE WHEN c.currency = %(reporting)s THEN 1 ELSE (
    SELECT r.rate FROM subscriptions_fxrate r
    WHERE r.currency = c.currency AND r.day < m.last AND r.day >= m.last - %(valid)s AND r.known_on < %(known_on)s
    ORDER BY r.day DESC, r.known_on DESC, r.id DESC LIMIT 1) END
FROM (
    SELECT DISTINCT ON (day, kind, currency) * FROM subscriptions_cost
    WHERE day >= %(since)s AND day < %(until)s AND known_on < %(known_on)s
    ORDER BY day, kind, currency, known_on DESC, id DESC
) c, LATERAL (SELECT LEAST((c.day + interval '1 month')::date, %(last)s) AS last) m
ORDER BY c.day, c.kind, c.currency
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """One cost of a month. ``value`` is in the reporting currency; None where there is no rate."""

    month: date
    kind: str
    currency: str
    amount: Decimal
    value: Decimal | None


@dataclass(frozen=True)
class Worth:
    """``months``: the lines of the full months counted; ``at_end``: the line whose end gives ARPA. Each figure is None
    where it is not defined. Money in the reporting currency. Lines are of ``times`` MRR, as is ``arpa``; all else is
    reckoned by the month.
    """

    at_end: Line
    months: Sequence[Line]
    costs: Sequence[Spent]
    times: int = 1

    @property
    def arpa(self) -> Decimal | None:
        return self.at_end.arpa

    @property
    def churn(self) -> float | None:
        """The mean of the monthly rates; None where no month has one."""
        mean = self._churn
        return None if mean is None else float(mean)

    @property
    def _churn(self) -> Fraction | None:
        cohorts = [line.cohort for line in self.months if line.rates.customer_churn is not None]
        rates = [Fraction(cohort.lost, cohort.customers) for cohort in cohorts]
        return sum(rates, Fraction(0)) / len(rates) if rates else None

    @property
    def margin(self) -> Decimal | None:
        """What is left of MRR after serving customers; all of it, where no such costs are known."""
        billed, spent = self.billed, self.spent("service")
        return None if not billed or spent is None else 1 - spent / billed

    @property
    def billed(self) -> Decimal:
        return sum((to_amount(line.mrr.end) for line in self.months), Decimal(0)) / self.times

    @property
    def clv(self) -> Decimal | None:
        churn = self._churn
        if self.arpa is None or self.margin is None or not churn:
            return None
        return self.arpa / self.times * self.margin * churn.denominator / churn.numerator

    @property
    def new_customers(self) -> int:
        return sum(line.customers.new for line in self.months)

    @property
    def new_mrr(self) -> Decimal:
        return sum((to_amount(line.mrr.new) for line in self.months), Decimal(0)) / self.times

    @property
    def cac(self) -> Decimal | None:
        """None where nobody was won, or no cost of winning is known."""
        spent = self.spent("acquisition")
        return spent / self.new_customers if spent and self.new_customers else None

    @property
    def payback(self) -> Decimal | None:
        """Months until the margin of a new customer's first MRR has paid for winning them."""
        if self.cac is None or not self.margin or self.margin < 0 or not self.new_mrr:
            return None
        return self.cac / (self.new_mrr / self.new_customers * self.margin)

    @property
    def ratio(self) -> Decimal | None:
        return self.clv / self.cac if self.clv is not None and self.cac else None

    def spent(self, kind: str) -> Decimal | None:
        """All costs of a kind; None where one can't be valued."""
        values = [cost.value for cost in self.costs if cost.kind == kind]
        return None if None in values else sum((value for value in values if value is not None), Decimal(0))

    def has(self, kind: str) -> bool:
        return any(cost.kind == kind for cost in self.costs)

    @property
    def unvalued(self) -> list[Spent]:
        return [cost for cost in self.costs if cost.value is None]


def of(period: Period, asked: Asked, today: date) -> Worth:
    """What customers are worth at the end of a period, by the six full months before that."""
    months = full_months(min(period.end, asked.until), today)
    book = book_for([period, *months], asked)
    return Worth(line_of(book, period), [line_of(book, month) for month in months], costs(months, asked), asked.times)


def full_months(end: date, today: date, count: int = FULL_MONTHS) -> list[Period]:
    """The last calendar months that were over by ``end`` and by ``today``, the latest last."""
    last = min(end, today).replace(day=1)
    return [Period(shift(last, -back), shift(last, 1 - back)) for back in range(count, 0, -1)]


def costs(months: Sequence[Period], asked: Asked) -> list[Spent]:
    settings = rulesets.current().settings
    params = {
        "since": months[0].start,
        "until": months[-1].end,
        "last": asked.until,
        "known_on": asked.known_on,
        "reporting": settings["reporting_currency"],
        "valid": settings["rate_valid_days"],
    }
    with connection.cursor() as cursor:
        cursor.execute(COSTS, params)
        rows = cursor.fetchall()
    return [
        Spent(day, kind, currency, cost, None if rate is None else cost * rate)
        for day, kind, currency, cost, rate in rows
    ]
