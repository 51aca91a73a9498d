"""The rank of a work item (see docs/queue.md): MRR × chance to leave × how near × chance to help."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, DecimalField, F, FloatField, Func, IntegerField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from core.hidden import is_money_hidden
from customers.models import Band, Standing
from playbooks.models import Lane, WorkItem
from playbooks.querysets import WorkItemQuerySet

# What a playbook saves is not yet known for any: the value that a share with few cases is shrunk to.
CHANCE_TO_HELP = 0.3
# Where a customer has no chance to leave of its own: the ones the bands are shrunk to; without a band, the middle one.
BAND_CHANCE = {Band.RISK: 0.25, Band.WATCH: 0.08, Band.GOOD: 0.02, Band.UNKNOWN: 0.08}
HALF_AFTER_DAYS = 30
LANES = (Lane.PROMISED, Lane.RISK, Lane.GROWTH)


@dataclass(frozen=True, slots=True)
class Rank:
    """The parts of one item's rank, to be shown. ``days`` is to the nearer of due date and last day to give notice."""

    mrr: Decimal
    chance: float
    days: int
    nearness: float
    help: float

    @property
    def days_left(self) -> int:
        return max(0, self.days)

    @property
    def value(self) -> float:
        """In the reporting currency: what working on it now may save."""
        return float(self.mrr) * self.chance * self.nearness * self.help


def rank(mrr: Decimal, chance: float, days: int, help: float = CHANCE_TO_HELP) -> Rank:
    """The same formula as in SQL, for one item: ``days`` below 0 count as 0."""
    return Rank(mrr, chance, days, 1 / (1 + max(0, days) / HALF_AFTER_DAYS), help)


def ranked(items: WorkItemQuerySet, *, today: date) -> WorkItemQuerySet:
    """``items`` in the order of the queue: lane, rank, due. Beside each: ``mrr``, ``chance``, ``days``, ``rank``.

    Whoever may not see money is not led to it by the order either: to them every customer weighs the same.
    """
    mrr = Value(Decimal(0)) if is_money_hidden() else F("standing__mrr")
    return items.annotate(
        mrr=Coalesce(mrr, Value(Decimal(0)), output_field=DecimalField()),
        chance=_chance(),
        days=_DaysUntil(Least("due_on", "standing__notice_on"), Value(today)),
        rank=_rank(),
        lane_order=Case(*(When(lane=lane, then=Value(order)) for order, lane in enumerate(LANES)), default=Value(9)),
    ).order_by("lane_order", "-rank", "due_on", "pk")


def parts(item: WorkItem, *, today: date) -> Rank:
    """The parts of an item's rank, from the standing of its customer: what :func:`ranked` orders by."""
    standing: Standing | None = getattr(item.customer, "standing", None)
    if standing is None:
        return rank(Decimal(0), BAND_CHANCE[Band.UNKNOWN], (item.due_on - today).days)
    nearest = min(item.due_on, standing.notice_on or item.due_on)
    return rank(standing.mrr, _chance_of(standing), (nearest - today).days)


def _chance_of(standing: Standing) -> float:
    if standing.churn_chance is not None:
        return float(standing.churn_chance)
    return BAND_CHANCE.get(Band(standing.band), BAND_CHANCE[Band.UNKNOWN])


class _DaysUntil(Func):
    """Whole days from the second date to the first."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


def _chance() -> Combinable:
    of_band = Case(
        *(When(standing__band=band, then=Value(chance)) for band, chance in BAND_CHANCE.items()),
        default=Value(BAND_CHANCE[Band.UNKNOWN]),
        output_field=FloatField(),
    )
    return Coalesce(Cast("standing__churn_chance", FloatField()), of_band)


def _rank() -> Combinable:
    late = Greatest(Cast(F("days"), FloatField()), Value(0.0))
    return (
        (Value(1.0) if is_money_hidden() else Cast(F("mrr"), FloatField()))
        * F("chance")
        * Value(CHANCE_TO_HELP)
        / (Value(1.0) + late / Value(float(HALF_AFTER_DAYS)))
    )
