"""The queue of past days, against what became of its customers: does it put those first who are lost later?

Each rule in use is held against what was known on the day; the rank is the queue's own. Nothing is taken as worked. Two
plain lists are held beside it: the largest customers first, and the nearest renewals first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection

from core.clock import AsOf
from customers.models import Customer
from customers.registry import OUTCOMES, Frame, gather
from customers.rules import matching, parse
from playbooks.models import Lane, QueueRule
from playbooks.queries.day import cut
from playbooks.queries.rank import BAND_CHANCE, HALF_AFTER_DAYS

HORIZON, TOP, MONDAYS = 90, 12, 24
OUTCOME = "mrr_churn"
LANES = {lane.value: place for place, lane in enumerate((Lane.PROMISED, Lane.RISK, Lane.GROWTH))}
KEYS = ["mrr", "band", "churn_chance", "notice_on", "renewal_on"]
Places = Mapping[int, Sequence[int]]  # the customers at the top of each owner's list


@dataclass(frozen=True, slots=True)
class Held:
    """The MRR that was lost within the horizon of the customers at the top of the lists, and of all of them."""

    queue: float
    by_mrr: float
    by_renewal: float
    all: float

    def __add__(self, other: "Held") -> "Held":
        return Held(
            self.queue + other.queue,
            self.by_mrr + other.by_mrr,
            self.by_renewal + other.by_renewal,
            self.all + other.all,
        )


NOTHING = Held(0, 0, 0, 0)


def mondays(today: date, *, count: int = MONDAYS, horizon: int = HORIZON) -> list[date]:
    """The latest Mondays whose horizon is complete, the earliest first."""
    last = today - timedelta(days=horizon)
    last -= timedelta(days=last.weekday())
    return [last - timedelta(weeks=n) for n in reversed(range(count))]


def held(day: date, *, top: int = TOP, horizon: int = HORIZON) -> Held:
    """What the top of each CSM's queue on ``day`` held of the MRR that was lost in the days from then on."""
    frame = gather(AsOf.at(day), KEYS)
    owners = dict(Customer.objects.filter(owner__isnull=False).values_list("pk", "owner"))
    lost = _lost(day, horizon)
    paying = [pk for pk, mrr in zip(frame.ids.tolist(), frame["mrr"].tolist(), strict=True) if mrr > 0 and pk in owners]
    value = dict(zip(frame.ids.tolist(), frame["mrr"].tolist(), strict=True))
    renewal = dict(zip(frame.ids.tolist(), _days_to(frame["renewal_on"], day).tolist(), strict=True))
    return Held(
        _sum(queue_as_of(day, frame, owners, top), lost),
        _sum(_top(paying, owners, lambda pk: -value[pk], top), lost),
        _sum(_top(paying, owners, lambda pk: renewal[pk] if renewal[pk] >= 0 else np.inf, top), lost),
        sum(lost.get(pk, 0.0) for pk in paying),
    )


def queue_as_of(day: date, frame: Frame, owners: Mapping[int, int], top: int) -> Places:
    """The customers of the ``top`` tasks of each owner's day."""
    place = {pk: n for n, pk in enumerate(frame.ids.tolist())}
    worth = _worth(frame)
    notice = _days_to(frame["notice_on"], day)
    entries: dict[int, list[tuple[int, float, int, str]]] = {}
    for rule in QueueRule.objects.filter(is_active=True).order_by("pk"):
        for pk in matching(parse(rule.rule), AsOf.at(day)).tolist():
            if pk in owners and pk in place:
                days = max(0.0, np.fmin(rule.due_in_days, notice[place[pk]]))
                rank = worth[place[pk]] / (1 + days / HALF_AFTER_DAYS)
                entries.setdefault(owners[pk], []).append((LANES[rule.lane], -rank, pk, rule.lane))
    return {owner: _first(sorted(one), top) for owner, one in entries.items()}


def _first(entries: Sequence[tuple[int, float, int, str]], top: int) -> list[int]:
    return [entries[n][2] for n in cut([lane for *_rest, lane in entries], top)]


def _worth(frame: Frame) -> np.ndarray:
    of_band = np.array([BAND_CHANCE.get(band, BAND_CHANCE["unknown"]) for band in frame["band"]])  # type: ignore[index]
    chance = np.where(np.isnan(frame["churn_chance"]), of_band, frame["churn_chance"])
    return np.asarray(np.nan_to_num(frame["mrr"]) * chance)


def _days_to(dates: np.ndarray, day: date) -> np.ndarray:
    days = (dates - np.datetime64(day)).astype("timedelta64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(np.float64))


def _top(customers: Sequence[int], owners: Mapping[int, int], order: Callable[[int], float], top: int) -> Places:
    by_owner: dict[int, list[int]] = {}
    for pk in sorted(customers, key=lambda pk: (order(pk), pk)):
        by_owner.setdefault(owners[pk], []).append(pk)
    return {owner: found[:top] for owner, found in by_owner.items()}


def _lost(day: date, horizon: int) -> dict[int, float]:
    end = day + timedelta(days=horizon)
    sql = OUTCOMES[OUTCOME].read(day, end, end)
    found: dict[int, float] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        for pk, _day, mrr in cursor.fetchall():
            found[pk] = found.get(pk, 0.0) + float(mrr)
    return found


def _sum(places: Places, lost: Mapping[int, float]) -> float:
    return sum(lost.get(pk, 0.0) for found in places.values() for pk in set(found))
