"""What became of the renewals of those who answered: money beside what they said."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.clock import AsOf
from subscriptions.queries.renewals import Renewal, renewals
from surveys.domain.scales import CLASSES
from surveys.pages import HORIZON
from surveys.queries.frame import day_number
from surveys.queries.results import Asked
from surveys.queries.results.afterwards import SILENT, classed

FEW = 5_000  # so many customers are named to the database; more are all read
DECIDED = ("renewed", "lost")


@dataclass(frozen=True, slots=True)
class ClassRenewals:
    """Of the customers of one class, the terms that ended within the horizon after their answer and are decided."""

    key: str
    terms: list[Renewal]

    @property
    def due(self) -> int:
        return len(self.terms)

    @property
    def renewed(self) -> int:
        return sum(term.state == "renewed" for term in self.terms)

    @property
    def share(self) -> float | None:
        return self.renewed / self.due if self.terms else None


def renewals_by_class(asked: Asked) -> list[ClassRenewals]:
    """One for each class, silent customers among them; a term that is late or still open is in none."""
    found = classed(asked, horizon=HORIZON)
    everybody = np.unique(np.concatenate([customers for customers, _since in found.values()]))
    by_customer = _decided(asked, everybody)
    return [ClassRenewals(key, list(_after(by_customer, *found[key]))) for key in (*CLASSES, SILENT)]


def _decided(asked: Asked, customers: np.ndarray) -> dict[int, list[Renewal]]:
    if not len(customers):
        return {}
    named = [int(one) for one in customers] if len(customers) <= FEW else None
    at = AsOf(asked.known, asked.known)
    terms: dict[int, list[Renewal]] = defaultdict(list)
    for one in renewals(at, since=asked.start, until=asked.known + timedelta(days=1), customers=named):
        if one.state in DECIDED:
            terms[one.customer_id].append(one)
    return terms


def _after(terms: dict[int, list[Renewal]], customers: np.ndarray, since: np.ndarray) -> Iterable[Renewal]:
    for customer, day in zip(customers.tolist(), since.tolist(), strict=True):
        for one in terms.get(customer, ()):
            if day <= day_number(one.term_ends_on) <= day + HORIZON:
                yield one
