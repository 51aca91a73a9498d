"""The first of a long queue, without a rank for all of it."""

from datetime import date
from typing import Final

from django.db.models import Exists, F, FloatField, QuerySet, Subquery
from django.db.models.functions import Cast

from core.hidden import is_money_hidden
from customers.models import Band, Standing
from playbooks.models import WorkItem
from playbooks.queries.rank import CHANCE_TO_HELP, LANES, ranked
from playbooks.querysets import WorkItemQuerySet

FEW: Final = 1_500  # are ranked all at once
LOOKED_AT: Final = 2  # times as many as are asked for
FEWEST: Final = 30  # are asked for
COLUMNS: Final = ("pk", "due_on", "place", "at_risk", "largest", "unscored")
ROUNDED: Final = 1e-5  # what a chance to leave may differ from the one that MRR at risk was made with


def first(items: WorkItemQuerySet, *, today: date, limit: int, lane: str = "") -> list[int]:
    """The keys of the first ``limit`` of ``items`` in the order of ``ranked``; ``lane`` where all are of one.

    In a long lane only those are ranked whose customer has the most MRR at risk: a rank is never more than that times
    the chance to help, so whoever is left out comes later.
    """
    if is_money_hidden():
        return _all(items, today, limit)
    found: list[int] = []
    for one in [lane] if lane else LANES:
        here, wanted = items.filter(lane=one), limit - len(found)
        if wanted <= 0:
            break
        keys = _of_many(here, today, wanted) if _are_many(here) else None
        found += _all(here, today, wanted) if keys is None else keys
    return found


def _are_many(items: WorkItemQuerySet) -> bool:
    return items.order_by()[: FEW + 1].count() > FEW


def _all(items: WorkItemQuerySet, today: date, limit: int) -> list[int]:
    return list(ranked(items, today=today).values_list("pk", flat=True)[:limit])


def _of_many(items: WorkItemQuerySet, today: date, limit: int) -> list[int] | None:
    """None where those who were looked at are not surely the first."""
    # By their keys: they are found in indexes alone, without the wide rows of the many that are not.
    keys = items.filter(standing__mrr_at_risk__gt=0).order_by("-standing__mrr_at_risk").values("pk")
    most = list(
        _placed(WorkItem.objects.filter(pk__in=keys[: LOOKED_AT * max(FEWEST, limit)]), today).values_list(*COLUMNS)
    )
    if not most:
        return None
    *_rest, largest, are_unscored = most[0]
    others = _placed(items.filter(standing__in=_unscored().values("pk")), today).values_list(*COLUMNS)
    looked = [*most, *others] if are_unscored else most
    best = sorted((-place, due_on, key) for key, due_on, place, *_rest in looked)[:limit]
    left_out = min(at_risk for _key, _due_on, _place, at_risk, *_rest in most)
    if -best[-1][0] <= CHANCE_TO_HELP * (left_out + ROUNDED * largest):
        return None
    return [key for _place, _due_on, key in best]


def _unscored() -> QuerySet[Standing]:
    """Who weighs by their band, without a chance of their own: that is not told by what is at risk."""
    return Standing.objects.filter(churn_chance=None, band=Band.UNKNOWN, mrr__gt=0)


def _placed(items: WorkItemQuerySet, today: date) -> WorkItemQuerySet:
    """Beside each, in no order, what bounds ranks: its own MRR at risk, the largest MRR, whether any is unscored."""
    largest = Standing.objects.order_by("-mrr").values("mrr")[:1]
    bounds = {
        "at_risk": Cast("standing__mrr_at_risk", FloatField()),
        "largest": Cast(Subquery(largest), FloatField()),
        "unscored": Exists(_unscored()),
    }
    return ranked(items, today=today).annotate(place=F("rank"), **bounds).order_by()
