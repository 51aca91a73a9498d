import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from core.clock import AsOf
from customers.queries.attributes import with_attributes
from customers.queries.touchpoints import STANDS
from customers.registry import Frame, Scope, Sql, Type, gather
from customers.registry.fetching import ids_and_floats
from health.domain.backtest.asked import Asked
from health.domain.backtest.decisions import Decisions, under_notice
from health.domain.backtest.statistics import Sample
from health.domain.backtest.subjects import UNKNOWN, Subject
from health.domain.scoring import IN_FORCE

EPOCH = date(1970, 1, 1)
WORKED_DAYS = 30
FIFTHS = 5
FIXED = (IN_FORCE, "mrr", "days_to_notice", "days_to_renewal")


@dataclass(frozen=True, slots=True)
class Seen:
    """One day: the customers who were there and had not given notice, and what each subject said of them."""

    ids: np.ndarray
    mrr: np.ndarray
    deciding: np.ndarray  # their last day to give notice, or their renewal, lies within the horizon; or no term binds
    renewal: np.ndarray  # days to the end of their term
    score: np.ndarray  # customers × subjects
    band: np.ndarray  # customers × subjects, −1 where the subject has none

    def pack(self) -> bytes:
        out = io.BytesIO()
        np.savez_compressed(out, **{name: getattr(self, name) for name in self.__slots__})
        return out.getvalue()

    @classmethod
    def unpack(cls, packed: bytes) -> "Seen":
        with np.load(io.BytesIO(packed), allow_pickle=False) as kept:
            return cls(**{name: kept[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Panel:
    """All days below each other: an observation is a customer on a day. Beside each what became of it."""

    days: list[date]
    ids: np.ndarray  # the customers, sorted
    customer: np.ndarray  # an observation's place in ``ids``
    day: np.ndarray  # its place in ``days``
    on: np.ndarray  # its day, counted from 1970
    mrr: np.ndarray
    deciding: np.ndarray
    renewal: np.ndarray
    score: np.ndarray
    band: np.ndarray
    decision: np.ndarray  # the place of the next decision to leave; −1 without one
    lost: np.ndarray  # whether that falls within the horizon
    decisions: Decisions

    def sample(self, subject: int, mask: np.ndarray | None = None) -> Sample:
        """The observations that the subject scored."""
        scored = ~np.isnan(self.score[:, subject])
        rows = scored if mask is None else scored & mask
        return Sample(self.customer[rows], self.day[rows], self.score[rows, subject], self.lost[rows])

    def since(self, number: int) -> "Panel":
        """From the day with this number on."""
        rows = self.day >= number
        beside = ("customer", "day", "on", "mrr", "deciding", "renewal", "score", "band", "decision", "lost")
        kept = {name: getattr(self, name)[rows] for name in beside}
        return replace(self, **kept | {"days": self.days[number:], "day": kept["day"] - number})

    def only(self, subjects: Sequence[int]) -> "Panel":
        return replace(self, score=self.score[:, subjects], band=self.band[:, subjects])

    def beside(self, score: np.ndarray, band: np.ndarray) -> "Panel":
        """With another subject after those that are there."""
        return replace(self, score=np.column_stack([self.score, score]), band=np.column_stack([self.band, band]))


def observe(asked: Asked, subjects: Sequence[Subject], day: date) -> Seen:
    """Replay one day, by what was known when it began."""
    at = AsOf.at(day)
    keys = dict.fromkeys([*FIXED, *(key for one in subjects for key in one.measures)])
    attributes = sorted({key for one in subjects for key in one.attributes})
    frame = with_attributes(gather(at, keys, asked.customers), attributes, asked.customers)
    judged = [one.judge(frame) for one in subjects]
    there = _there(frame, asked)
    wanted = there & np.logical_or.reduce([one.asked for one in judged])
    score = np.column_stack([np.where(one.asked, one.score, np.nan) for one in judged])
    band = np.column_stack([np.where(one.asked | (one.band < 0), one.band, UNKNOWN) for one in judged])
    return Seen(
        ids=frame.ids[wanted],
        mrr=np.nan_to_num(frame["mrr"][wanted]),
        deciding=_deciding(frame, asked.horizon)[wanted],
        renewal=frame["days_to_renewal"][wanted],
        score=score[wanted],
        band=band[wanted].astype(np.int8),
    )


def _there(frame: Frame, asked: Asked) -> np.ndarray:
    # Where nothing is known of subscriptions at all, everybody counts.
    active = frame[IN_FORCE]
    there = active == 1 if frame.measured(IN_FORCE).any() else np.ones(len(frame), dtype=bool)
    return there & ~np.isin(frame.ids, under_notice(frame.at, asked.customers))


def _deciding(frame: Frame, horizon: int) -> np.ndarray:
    notice, renewal = frame["days_to_notice"], frame["days_to_renewal"]
    return np.isnan(renewal) | (notice < horizon) | (renewal < horizon)


def joined(asked: Asked, seen: Sequence[Seen], decided: Decisions) -> Panel:
    """All days as one panel. Single measures and scores without colours get fifths in place of bands."""
    days = asked.days
    counts = [len(one.ids) for one in seen]
    ids, customer = np.unique(np.concatenate([one.ids for one in seen]), return_inverse=True)
    day = np.repeat(np.arange(len(days)), counts)
    on = np.array([(one - EPOCH).days for one in days], dtype=np.int64)[day]
    decision = decided.next(ids[customer], on)
    within = np.zeros(len(on), dtype=bool)
    if len(decided.customer):
        within = (decision >= 0) & (decided.decided[np.maximum(decision, 0)] < on + asked.horizon)
    score = np.concatenate([one.score for one in seen])
    return Panel(
        days=days,
        ids=ids,
        customer=customer,
        day=day,
        on=on,
        mrr=np.concatenate([one.mrr for one in seen]),
        deciding=np.concatenate([one.deciding for one in seen]),
        renewal=np.concatenate([one.renewal for one in seen]),
        score=score,
        band=_with_fifths(np.concatenate([one.band for one in seen]), score),
        decision=decision,
        lost=within,
        decisions=decided,
    )


def _with_fifths(band: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Codes 10 to 14, the lowest fifth first, for subjects without bands; UNKNOWN where there is no score."""
    for place in np.flatnonzero((band < 0).all(axis=0) if len(band) else []):
        column = score[:, place]
        known = ~np.isnan(column)
        cuts = np.quantile(column[known], [0.2, 0.4, 0.6, 0.8]) if known.any() else []
        band[:, place] = np.where(known, 10 + np.searchsorted(cuts, column, side="left"), UNKNOWN)
    return band


def touched(panel: Panel, rows: np.ndarray) -> np.ndarray:
    """Of these observations: whether both sides spoke within 30 days after, and before the customer decided."""
    if not len(rows):
        return np.zeros(0, dtype=bool)
    customer, day = _touches(panel)
    at, on = panel.customer[rows], panel.on[rows]
    keys = customer * 2**20 + day
    place = np.searchsorted(keys, at * 2**20 + on)
    inside = np.minimum(place, max(len(keys) - 1, 0))
    if not len(keys):
        return np.zeros(len(rows), dtype=bool)
    end = on + WORKED_DAYS
    lost = panel.lost[rows]
    end[lost] = np.minimum(end[lost], panel.decisions.decided[panel.decision[rows][lost]])
    return (place < len(keys)) & (customer[inside] == at) & (day[inside] < end)


def _touches(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Every two-way contact from the first day on, sorted: place of the customer in the panel, day from 1970."""
    last = panel.days[-1] + timedelta(days=WORKED_DAYS)
    scope = Scope.of(AsOf.at(last, known_on=date(9999, 1, 1)))
    sql: Sql = scope.sql(
        """
        SELECT {customer}, t.day FROM customers_touchpoint t {canonical}
        WHERE t.two_way AND {visible} AND t.day >= %(since)s AND """
        + f"{STANDS} GROUP BY 1, 2 ORDER BY 1, 2",
        table="t",
        since=panel.days[0],
    )
    ids, (day,) = ids_and_floats(sql, [Type.DATE])
    if not len(panel.ids) or not len(ids):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    place = np.minimum(np.searchsorted(panel.ids, ids), len(panel.ids) - 1)
    here = panel.ids[place] == ids
    return place[here], day[here].astype(np.int64)
