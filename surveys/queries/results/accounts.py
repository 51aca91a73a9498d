"""One figure for each customer: what its people said, brought to one score."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from surveys.domain.scales import Scale
from surveys.queries.nps import Nps
from surveys.queries.results.asked import Asked, of_persons, signs

MEAN, WORST = "mean", "worst"
WAYS: Final = (WORST, MEAN)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Customers, each with its figure: the ``mean`` of, or the ``worst`` among, the last answer that each of its
    contacts gave in the window. ``day``: of the latest of them, in days since 2000. Sorted: the lowest figure first."""

    customers: np.ndarray
    figures: np.ndarray
    answers: np.ndarray
    days: np.ndarray
    nps: Nps


def accounts(asked: Asked, way: str) -> Accounts:
    """By customer in view; an answer without a contact belongs to no customer's figure (R27)."""
    found = asked.answers()
    persons = of_persons(found) & (found["contact"] > 0)
    contact, customer = found["contact"][persons], asked.canonical(found["customer"][persons])
    score, day = found["score"][persons].astype(float), found["day"][persons]
    # In the order of days: of one contact the row that stands last is the last answer.
    last = len(contact) - 1 - np.unique(contact[::-1], return_index=True)[1]
    customers, own, answers = np.unique(customer[last], return_inverse=True, return_counts=True)
    days = np.full(len(customers), np.iinfo(np.int64).min)
    np.maximum.at(days, own, day[last])
    if way == MEAN:
        figures = np.bincount(own, weights=score[last], minlength=len(customers)) / answers
    else:
        figures = np.full(len(customers), np.inf)
        np.minimum.at(figures, own, score[last])
    order = np.lexsort((customers, figures))
    return Accounts(customers[order], figures[order], answers[order], days[order], _counted(figures, asked.scale))


def _counted(figures: np.ndarray, scale: Scale) -> Nps:
    """A mean falls into the class whose threshold it reaches: 8.9 is no promoter yet."""
    sign = signs(figures, scale)
    promoters, detractors = int((sign > 0).sum()), int((sign < 0).sum())
    return Nps(promoters, len(sign) - promoters - detractors, detractors)
