from dataclasses import dataclass
from datetime import date

import numpy as np

from core.clock import AsOf
from customers.registry import MEASURES, gather
from surveys.queries.columns import fetched
from surveys.queries.frame import day_number
from surveys.queries.nps import Nps, clustered_margin
from surveys.queries.results.asked import Asked, Rows, looked_up, member, of_persons, signs

STANDING = {"id": ("i8", "customer_id"), "mrr": ("f8", "mrr")}


@dataclass(frozen=True, slots=True)
class Figures:
    """The answers of one period. Rates are shares of 1, None over nothing.

    ``response_rate``: of the invitations of these days that did not come back (uncertain ones count as sent), how many
    were answered. ``coverage_mrr``: the MRR of customers that answered, of all MRR in view at the period's end; None
    where it was not asked for, either.
    """

    nps: Nps
    clustered: float | None
    mean: float | None
    scores: list[int]
    sent: int
    answered: int
    customers: int
    coverage_mrr: float | None

    @property
    def response_rate(self) -> float | None:
        return self.answered / self.sent if self.sent else None


@dataclass(frozen=True, slots=True)
class Point:
    """A month, a quarter or any other part of the period."""

    start: date
    end: date
    nps: Nps


def figures(asked: Asked, *, with_coverage: bool = True) -> Figures:
    """``with_coverage``: the MRR of all customers in view is read for it."""
    answers, invitations = asked.answers(), asked.invitations()
    customers = asked.canonical(answers["customer"])
    known = customers[of_persons(answers)]
    return Figures(
        nps=counted(answers, asked),
        clustered=clustered_margin(customers, signs(answers["score"], asked.scale)),
        mean=float(answers["score"].mean()) if len(answers["score"]) else None,
        scores=np.bincount(answers["score"], minlength=asked.scale.most + 1).tolist(),
        sent=len(invitations),
        answered=_answered(invitations, asked),
        customers=int((np.bincount(known) > 0).sum()) if len(known) else 0,
        coverage_mrr=_coverage(known, asked) if with_coverage else None,
    )


def counted(answers: Rows, asked: Asked) -> Nps:
    return _by_class(signs(answers["score"], asked.scale))


def _by_class(sign: np.ndarray) -> Nps:
    promoters, detractors = int((sign > 0).sum()), int((sign < 0).sum())
    return Nps(promoters, len(sign) - promoters - detractors, detractors)


def trend(asked: Asked, edges: list[date]) -> list[Point]:
    """The NPS between each two of ``edges``, from one look at the answers."""
    answers = asked.between(edges[0], edges[-1]).answers()
    sign = signs(answers["score"], asked.scale)
    cuts = np.searchsorted(answers["day"], [day_number(edge) for edge in edges])
    return [
        Point(start, end, _by_class(sign[first:last]))
        for start, end, first, last in zip(edges, edges[1:], cuts, cuts[1:], strict=False)
    ]


def _answered(invitations: Rows, asked: Asked) -> int:
    """How many of these invitations have an answer by now."""
    return int(looked_up(asked.answered(), invitations["id"]).sum())


def _coverage(answering: np.ndarray, asked: Asked) -> float | None:
    customers, mrr = mrr_at(asked)
    whole = float(mrr.sum())
    return float(mrr[member(customers, answering)].sum()) / whole if whole else None


def mrr_at(asked: Asked) -> tuple[np.ndarray, np.ndarray]:
    """The customers in view and their MRR at the period's end, or live where that has not come."""
    customers, mrr = _mrr(asked)
    if asked.customers is None:
        return customers, mrr
    inside = member(customers, np.asarray(asked.customers, dtype=np.int64))
    return customers[inside], mrr[inside]


def _mrr(asked: Asked) -> tuple[np.ndarray, np.ndarray]:
    live = AsOf.live()
    if asked.by_standing and min(asked.end, asked.known) >= live.day:
        found = fetched(STANDING, "FROM customers_standing WHERE mrr > 0")
        return found["id"], found["mrr"]
    if "mrr" not in MEASURES:
        return np.empty(0, np.int64), np.empty(0)
    frame = gather(AsOf(min(asked.end, live.day), asked.known), ["mrr"])
    return np.asarray(frame.ids, dtype=np.int64), np.nan_to_num(frame["mrr"])
