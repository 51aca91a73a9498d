"""The queue of past days, against what became of its customers: does it put those first who are lost later?

Each rule in use is held against what was known on the day; the rank and the places of a day are the queue's own.
Nothing is taken as worked. Beside it stand two plain lists, the largest customers first and the nearest renewals first,
and the best that any list could have been: by what was then lost.

What counts as lost can be read in two ways. ``LOST``: MRR that left the ledger within the horizon, whoever's it was, so
that of customers who had given notice by then, too; for them, also the queue has a rule. ``DECIDED``: what was decided
on within the horizon, whenever it ended; who had given notice by then stands in no list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

import numpy as np
from django.db import connection

from core import clock
from core.clock import AsOf
from customers.models import Customer
from customers.registry import OUTCOMES, Frame, gather
from customers.rules import matching, parse
from health.domain.backtest import decisions
from playbooks.models import Lane, QueueRule
from playbooks.queries.day import cut
from playbooks.queries.rank import BAND_CHANCE, HALF_AFTER_DAYS

HORIZON, TOP, MONDAYS = 90, 12, 24
OUTCOME = "mrr_churn"
LANES = {lane.value: place for place, lane in enumerate((Lane.PROMISED, Lane.RISK, Lane.GROWTH))}
KEYS = ["mrr", "band", "churn_chance", "notice_on", "renewal_on", "leaves_on"]
Places = Mapping[int, Sequence[int]]  # the customers at the top of each owner's list


class Reading(StrEnum):
    LOST = "lost"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Held:
    """The lost MRR of the customers at the top of each list, and of all customers."""

    queue: float
    by_mrr: float
    by_renewal: float
    best: float
    all: float

    def __add__(self, other: "Held") -> "Held":
        return Held(
            self.queue + other.queue,
            self.by_mrr + other.by_mrr,
            self.by_renewal + other.by_renewal,
            self.best + other.best,
            self.all + other.all,
        )


NOTHING = Held(0, 0, 0, 0, 0)


def mondays(today: date, *, count: int = MONDAYS, horizon: int = HORIZON) -> list[date]:
    """The latest Mondays whose horizon is complete, the earliest first."""
    last = today - timedelta(days=horizon)
    last -= timedelta(days=last.weekday())
    return [last - timedelta(weeks=n) for n in reversed(range(count))]


def held(morning: "Morning", *, top: int = TOP) -> Held:
    """What the top of each CSM's queue held that morning of the MRR that was lost from then on."""
    return Held(
        queue=morning.holds(morning.queue(top)),
        by_mrr=morning.holds(morning.first(morning.mrr, top)),
        by_renewal=morning.holds(morning.first(-morning.renewal, top)),
        best=morning.holds(morning.first(morning.lost, top)),
        all=float(morning.lost[morning.here].sum()),
    )


class Morning:
    """What was known on the morning of ``day``, and what was lost in the ``horizon`` days from then on.

    The arrays stand beside ``frame.ids``; ``here`` marks who takes part: who pays and has an owner.
    """

    def __init__(self, day: date, *, horizon: int = HORIZON, reading: Reading = Reading.LOST) -> None:
        self.day = day
        self.frame: Frame = gather(AsOf.at(day), KEYS)
        self.mrr = np.nan_to_num(self.frame["mrr"])
        self.leaving = self.frame.measured("leaves_on")
        owners = dict(Customer.objects.filter(owner__isnull=False).values_list("pk", "owner"))
        self.owner = np.array([owners.get(pk, 0) for pk in self.frame.ids.tolist()], dtype=np.int64)
        self.here = (self.mrr > 0) & (self.owner > 0)
        if reading is Reading.DECIDED:
            self.here &= ~self.leaving
        lost = (_lost if reading is Reading.LOST else _decided)(day, day + timedelta(days=horizon))
        self.lost = np.array([lost.get(pk, 0.0) for pk in self.frame.ids.tolist()])

    @cached_property
    def renewal(self) -> np.ndarray:
        """Days to the next renewal; infinity where none is known."""
        return np.nan_to_num(self._days_to("renewal_on"), nan=np.inf)

    @cached_property
    def worth(self) -> np.ndarray:
        """MRR × chance to leave, as the queue ranks by."""
        of_band = np.array([BAND_CHANCE.get(band, BAND_CHANCE["unknown"]) for band in self.frame["band"]])  # type: ignore[index]
        chance = self.frame["churn_chance"]
        return np.asarray(self.mrr * np.where(np.isnan(chance), of_band, chance))

    def first(self, by: np.ndarray, top: int) -> Places:
        """The customers of each owner with the largest values of ``by``, at most ``top``."""
        order = np.lexsort((self.frame.ids, -by))
        return self._grouped([place for place in order.tolist() if self.here[place]], top)

    def queue(self, top: int) -> Places:
        """The customers of the ``top`` tasks of each owner's day."""
        entries: dict[int, list[tuple[int, float, int, str]]] = {}
        for lane, due, place in self._fitting():
            rank = self.worth[place] / (1 + due / HALF_AFTER_DAYS)
            entries.setdefault(int(self.owner[place]), []).append((LANES[lane], -rank, place, lane))
        return {owner: self._day(sorted(found), top) for owner, found in entries.items()}

    def holds(self, places: Places) -> float:
        """The MRR lost of the customers in these lists, each once."""
        found = sorted({place for some in places.values() for place in some})
        return float(self.lost[found].sum())

    def _fitting(self) -> list[tuple[str, float, int]]:
        """For each rule in use and each customer that it fits: the lane, the days that are left, and the place."""
        place_of = {pk: place for place, pk in enumerate(self.frame.ids.tolist()) if self.here[place]}
        notice = self._days_to("notice_on")
        return [
            (rule.lane, max(0.0, float(np.fmin(rule.due_in_days, notice[place_of[pk]]))), place_of[pk])
            for rule in QueueRule.objects.filter(is_active=True).order_by("pk")
            for pk in matching(parse(rule.rule), AsOf.at(self.day)).tolist()
            if pk in place_of
        ]

    def _day(self, entries: Sequence[tuple[int, float, int, str]], top: int) -> list[int]:
        return [entries[n][2] for n in cut([lane for *_rest, lane in entries], top)]

    def _grouped(self, places: Sequence[int], top: int) -> Places:
        by_owner: dict[int, list[int]] = {}
        for place in places:
            by_owner.setdefault(int(self.owner[place]), []).append(place)
        return {owner: found[:top] for owner, found in by_owner.items()}

    def _days_to(self, key: str) -> np.ndarray:
        days = (self.frame[key] - np.datetime64(self.day)).astype("timedelta64[D]")
        return np.where(np.isnat(days), np.nan, days.astype(np.float64))


def _lost(day: date, until: date) -> dict[int, float]:
    sql = OUTCOMES[OUTCOME].read(day, until, until)
    found: dict[int, float] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        for pk, _day, mrr in cursor.fetchall():
            found[pk] = found.get(pk, 0.0) + float(mrr)
    return found


def _decided(day: date, until: date) -> dict[int, float]:
    made = decisions(OUTCOME, since=day, today=clock.today())
    inside = made.decided < int(np.datetime64(until).astype(np.int64))
    found: dict[int, float] = {}
    for pk, mrr in zip(made.customer[inside].tolist(), made.mrr[inside].tolist(), strict=True):
        found[pk] = found.get(pk, 0.0) + float(mrr)
    return found
