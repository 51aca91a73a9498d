"""How a rebuild of the ledger and the cold report of all 36 months grow with customers, each with ten versions.

A million of them only where `LEDGER_MILLION=1`: their database takes 7 GB and up to half an hour to make.
"""

import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from bench import money
from bench.bench_ledger import rebuilt
from bench.bench_reports import cold, company
from bench.harness import figures, kept
from churn.queries.retention import held, periods
from core import clock
from tools.figures import Figure, at_most, info

SIZES = {10_000: "money_10k_whole", 100_000: "money_100k"}
MILLION = {1_000_000: "money_1000k"}
WORST = 1.3  # times linear


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds at so many customers."""

    customers: int
    rebuild: float
    cold: float

    def against(self, other: "Took", what: str) -> float:
        """How much longer it takes here for each customer."""
        return (getattr(self, what) / self.customers) / (getattr(other, what) / other.customers)


@figures.measured("growth")
def growth() -> Iterator[Figure]:
    """Seconds at each size, and how much more for each customer than at the smallest."""
    first: Took | None = None
    for customers, name in (SIZES | (MILLION if os.environ.get("LEDGER_MILLION") else {})).items():
        with kept(name, partial(company, customers)):
            took = _taken(customers)
        first = first or took
        size = f"{customers // 1000}k"
        for what in ("rebuild", "cold"):
            yield info(f"growth.{what}_{size}", getattr(took, what), "s")
            if took is not first:
                yield at_most(f"growth.{what}_{size}_per_customer", took.against(first, what), "×", WORST)
        yield info(f"growth.memory_{size}", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


def _taken(customers: int) -> Took:
    wanted = periods(money.first_day(), clock.today().replace(day=1), "month")
    times = 3 if customers < 1_000_000 else 1
    taken = Took(customers, min(rebuilt() for _ in range(times)), min(cold(wanted) for _ in range(2)))
    held.forget()
    return taken
