"""The rows behind each figure of a results page. What they add up to is the figure."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from surveys.domain.scales import CLASSES, DETRACTOR, PASSIVE, PROMOTER
from surveys.queries.results.afterwards import Left, classed, leavings_within
from surveys.queries.results.asked import Asked, Rows, looked_up, of_persons, signs, table_of
from surveys.queries.results.figures import mrr_at
from surveys.queries.results.groups import codes_by

SIGNS = {PROMOTER: 1, PASSIVE: 0, DETRACTOR: -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A part of the answers: of one ``of_class``, one ``score``, of days in [start, end) instead of the period's, or
    of the customers that have ``value`` as their attribute ``by`` (None: none)."""

    of_class: str = ""
    score: int | None = None
    start: date | None = None
    end: date | None = None
    by: str = ""
    value: str | None = None


def answers(asked: Asked, cut: Cut) -> np.ndarray:
    """The ids of the answers, the latest first."""
    rows = asked.between(cut.start or asked.start, cut.end or asked.end).answers()
    keep = np.ones(len(rows), dtype=bool)
    if cut.of_class in CLASSES:
        keep &= signs(rows["score"], asked.scale) == SIGNS[cut.of_class]
    if cut.score is not None:
        keep &= rows["score"] == cut.score
    if cut.by:
        keep &= _in_group(rows, asked, cut)
    return _latest(rows, keep)


def _in_group(rows: Rows, asked: Asked, cut: Cut) -> np.ndarray:
    customers = asked.canonical(rows["customer"])
    names, codes = codes_by(cut.by, int(customers.max(initial=0)))
    place = names.index(cut.value) if cut.value in names else -1
    return codes[customers] == place


def invitations(asked: Asked) -> tuple[np.ndarray, np.ndarray]:
    """The ids of those that count as sent, the latest first; and which of them were answered."""
    rows = asked.invitations()
    ids = _latest(rows, np.ones(len(rows), dtype=bool))
    return ids, looked_up(asked.answered(), ids)


def money(asked: Asked) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The customers in view, the largest MRR first; their MRR, and which of them answered."""
    rows = asked.answers()
    answering = table_of(asked.canonical(rows["customer"])[of_persons(rows)])
    customers, mrr = mrr_at(asked)
    order = np.lexsort((customers, -mrr))
    return customers[order], mrr[order], looked_up(answering, customers[order])


def later(asked: Asked, of_class: str, *, horizon: int) -> list[Left]:
    """The customers of a class and when they left, if they did within ``horizon`` days; who left first."""
    customers, since = classed(asked, horizon=horizon)[of_class]
    gone = leavings_within(asked, customers, since, horizon)
    found = [
        Left(int(customer), _day(day), _day(left) if left >= 0 else None)
        for customer, day, left in zip(customers, since, gone, strict=True)
    ]
    return sorted(found, key=lambda one: (one.left or date.max, one.since, one.customer))


def _latest(rows: Rows, keep: np.ndarray) -> np.ndarray:
    ids = rows["id"][keep]
    return ids[np.lexsort((ids, rows["day"][keep]))[::-1]]


def _day(number: int) -> date:
    return date(2000, 1, 1) + timedelta(days=int(number))
