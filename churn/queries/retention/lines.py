from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any, Self

from churn.queries.retention.periods import Period
from subscriptions.domain.ledger_source import to_amount

FEW = 30


@dataclass(frozen=True, slots=True)
class Counts:
    """Customers with MRR at the start and the end; those who came, came back and left in between, each time."""

    start: int
    new: int
    reactivated: int
    churned: int
    end: int


@dataclass(frozen=True, slots=True)
class Money:
    """MRR at the start and the end, and what moved it, in millionths of the reporting currency; only FX is signed."""

    start: int
    new: int
    expansion: int
    contraction: int
    churn: int
    reactivation: int
    fx: int
    end: int

    @property
    def net_new(self) -> int:
        """What the movements add, without FX."""
        return self.new + self.expansion + self.reactivation - self.contraction - self.churn


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who had MRR at the start: how many, how many of them had none at the end, and their MRR at both."""

    customers: int
    lost: int
    start: int
    end: int
    kept: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of 1 (the quick ratio: times), None where there is nothing to divide by. Of the opening cohort alone."""

    customer_churn: float | None
    gross_mrr_churn: float | None
    net_mrr_churn: float | None
    grr: float | None
    nrr: float | None
    quick_ratio: float | None

    @classmethod
    def of(cls, cohort: Cohort, mrr: Money) -> Self:
        return cls(
            customer_churn=share(cohort.lost, cohort.customers),
            gross_mrr_churn=share(cohort.start - cohort.kept, cohort.start),
            net_mrr_churn=share(cohort.start - cohort.end, cohort.start),
            grr=share(cohort.kept, cohort.start),
            nrr=share(cohort.end, cohort.start),
            quick_ratio=share(mrr.new + mrr.expansion + mrr.reactivation, mrr.churn + mrr.contraction),
        )


@dataclass(frozen=True, slots=True)
class Transfers:
    """Who counts in a period and did not at the end of the one before, less the opposite; MRR in millionths."""

    customers: int = 0
    mrr: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One period of a report; of one group, where it is by an attribute. ``provisional``: it is not over yet."""

    period: Period
    customers: Counts
    mrr: Money
    cohort: Cohort
    rates: Rates
    provisional: bool
    group: str | None = None
    transfers: Transfers = Transfers()

    @property
    def few(self) -> bool:
        """Whether its rates are over fewer than 30 customers."""
        return self.cohort.customers < FEW

    @property
    def arpa(self) -> Decimal | None:
        """MRR at the end by customer; None without customers."""
        return to_amount(self.mrr.end) / self.customers.end if self.customers.end else None

    @property
    def missing(self) -> tuple[int, int]:
        """What the flows leave unexplained, in MRR and in customers: 0 and 0."""
        mrr, counts = self.mrr, self.customers
        return (
            mrr.start + mrr.net_new + mrr.fx - mrr.end,
            counts.start + counts.new + counts.reactivated - counts.churned - counts.end,
        )

    def as_json(self) -> dict[str, Any]:
        """The shape of ``manage.py report retention --json``."""
        return {
            "period_start": f"{self.period.start}",
            "period_end": f"{self.period.end}",
            "customers": asdict(self.customers),
            "mrr": {field.name: written(getattr(self.mrr, field.name)) for field in fields(Money)},
            "rates": asdict(self.rates),
        }


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def compounded(rate: float | None, times: int = 12) -> float | None:
    """What a rate comes to when it repeats: 1 % a month is 11.4 % a year."""
    return None if rate is None else 1 - (1 - rate) ** times


def written(millionths: int) -> str:
    """An exact amount with two decimals at least: ``100.00``, ``166.666667``."""
    whole, dot, rest = f"{to_amount(millionths):f}".partition(".")
    return f"{whole}{dot}{rest.rstrip('0').ljust(2, '0')}"
