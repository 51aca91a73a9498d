from collections.abc import Sequence
from datetime import date

import numpy as np
from django.db import transaction

from core import clock
from core.clock import AsOf
from core.domain import events
from customers.domain import standings
from customers.models import Band
from customers.queries.attributes import PREFIX, with_attributes
from customers.registry import MEASURES, Frame, Tier, gather
from customers.rules import mask
from health.domain import chances, history, nights
from health.domain.calculate import calculate
from health.domain.result import Part, Result, columns
from health.domain.versions import InForce, in_force

MANY = 1000
IN_FORCE = "is_active"  # yes: a subscription is in force that is no trial; no: none is any more; missing: never any
LEAVES_ON = "leaves_on"


def score(at: AsOf, customers: Sequence[int] | None = None) -> Result:
    """Score the customers there were as of ``at``, or some of them, by the versions in force then. Stores nothing."""
    return score_frame(gather(at, base_measures(), customers))


def score_some(at: AsOf, customers: Sequence[int]) -> Result:
    """The same, with no other measures in the frame than those that these versions read."""
    read = {IN_FORCE, *(key for used in in_force(at.day) for key in used.definition.reads)}
    return score_frame(gather(at, [key for key in base_measures() if key in read], customers))


def score_frame(frame: Frame) -> Result:
    """Score a frame of all base measures by the versions in force then."""
    return score_with(frame, in_force(frame.at.day))


def score_with(frame: Frame, versions: Sequence[InForce]) -> Result:
    """Score a frame by these versions. The first in order that applies to a customer scores them."""
    size = len(frame)
    version = np.zeros(size, dtype=np.int64)
    values = np.full(size, np.nan)
    coverage = np.zeros(size)
    band = np.full(size, Band.UNKNOWN.value, dtype=object)
    left = frame[IN_FORCE] != 0
    known = _with_attributes(frame, versions)
    parts = []
    for used in versions:
        rows = np.flatnonzero(left & _applies(used, known))
        part = Part(used, rows, calculate(used.definition, columns(used.definition, frame, rows)))
        version[rows] = used.version.pk
        values[rows], coverage[rows], band[rows] = part.calculated.score, part.calculated.coverage, part.calculated.band
        left[rows] = False
        parts.append(part)
    return Result(frame, parts, version, values, band, coverage)


def base_measures() -> list[str]:
    return [key for key, measure in MEASURES.items() if measure.tier == Tier.BASE]


def run(day: date) -> Result:
    """The night's scoring as of ``day``: scores, their history, standings. Bears being run twice.

    Appends ``health.band_changed.v1`` for each stored change of band.
    """
    # First what is only read: what this transaction has written, a reader beside it would not see.
    with nights.base_frame(AsOf.at(day), base_measures()) as frame:
        result = score_frame(frame)
        chances.keep(day)
        before = history.month_before(day, result.frame.ids)
        history.store(result, announce=True)
        standings.write(_with_derived(result, before, day))
    return result


def backfill(day: date) -> Result:
    """Score as of a past day. The history gets it where it has nothing later; nobody is told, no standing changes."""
    result = score(AsOf.at(day))
    history.store(result, announce=False)
    return result


@transaction.atomic
def refresh(customers: Sequence[int] | None = None) -> None:
    """Bring the standings of these customers, or of all, to the live state, today's facts included.

    History stays as it is. Appends one ``health.refreshed.v1``; its ``customers`` are null where all were.
    """
    result = score(AsOf.live(), customers)
    before = history.month_before(result.frame.at.day, result.frame.ids)
    # By the record of today's month: tomorrow's may not be counted yet.
    standings.write(_with_derived(result, before, clock.today()))
    events.append(type="health.refreshed.v1", payloads=[{"customers": None if customers is None else [*customers]}])


def _with_attributes(frame: Frame, versions: Sequence[InForce]) -> Frame:
    rules = [used.definition.applies for used in versions if used.definition.applies]
    keys = sorted({key for rule in rules for key in rule.keys if key.startswith(PREFIX)})
    # Of many, all are read: to name them one by one takes longer.
    return with_attributes(frame, keys, None if len(frame) > MANY else frame.ids.tolist())


def _applies(used: InForce, frame: Frame) -> np.ndarray:
    rule = used.definition.applies
    return np.ones(len(frame), dtype=bool) if rule is None else mask(rule, frame)


def _with_derived(result: Result, month_before: np.ndarray, today: date) -> Frame:
    # By the computed band: what became of it is on record, what became of a judgement is not.
    churn = chances.of(AsOf.at(today), result.band, result.scored, result.frame.measured(LEAVES_ON))
    score, band = result.shown()
    return result.frame.with_columns(
        {
            "score": score,
            "computed_score": result.score,
            "band": band,
            "coverage": np.where(result.scored, result.coverage, np.nan),
            "score_change_30": np.round(result.score - month_before, 2),
            "churn_chance": churn,
            "mrr_at_risk": np.round(result.frame["mrr"] * churn, 6),
        }
    )
