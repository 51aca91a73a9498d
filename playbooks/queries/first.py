"""The first of a long queue, without a rank for all of it."""

from datetime import date
from typing import Final

from django.db.models import F, FloatField, Max
from django.db.models.functions import Cast

from core.hidden import is_money_hidden
from customers.models import Band, Standing
from playbooks.queries.rank import CHANCE_TO_HELP, LANES, ranked
from playbooks.querysets import WorkItemQuerySet

FEW: Final = 10_000  # are ranked all at once
LOOKED_AT: Final = 5  # times as many as are asked for
COLUMNS: Final = ("pk", "due_on", "place", "at_risk")
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
    placed = ranked(items, today=today).annotate(place=F("rank"), at_risk=Cast("standing__mrr_at_risk", FloatField()))
    scored = placed.filter(standing__churn_chance__isnull=False)
    # Whoever has no chance of their own weighs by their band: that is not told by what is at risk.
    unscored = Standing.objects.filter(churn_chance=None, band=Band.UNKNOWN, mrr__gt=0).values_list(
        "customer", flat=True
    )
    others = placed.filter(customer__in=list(unscored)).order_by()
    most = list(scored.order_by("-standing__mrr_at_risk").values_list(*COLUMNS)[: LOOKED_AT * limit])
    best = sorted((-place, due_on, key) for key, due_on, place, _risk in [*most, *others.values_list(*COLUMNS)])[:limit]
    if len(most) < LOOKED_AT * limit or -best[-1][0] <= CHANCE_TO_HELP * (most[-1][3] + ROUNDED * _largest()):
        return None
    return [key for _place, _due_on, key in best]


def _largest() -> float:
    return float(Standing.objects.aggregate(most=Max("mrr"))["most"] or 0)
