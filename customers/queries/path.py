"""A customer's way with us, as far as it has come: hand-off, implementation, success plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.formatting import signed
from core.prepared import prepared
from customers.models import Customer, Goal, GoalValue, HandOff, StageReached, StageRecord
from customers.registry import MEASURES, Measure

Stage = StageReached.Stage
REQUIRED: Mapping[str, str | Promise] = {
    "situation": _("business situation"),
    "employees": _("size"),
    "industry": _("industry"),
    "goals": _("goals"),
    "promises": _("promises made"),
}
# What should be so before a stage is left: the key of a measure, and the least it should be.
EXITS: Mapping[str, Sequence[tuple[str, float]]] = {
    Stage.KICK_OFF: [("active_contacts", 2)],
    Stage.SET_UP: [("active_days_28", 1)],
    Stage.TRAINING: [("active_users_28", 2), ("core_adoption_28", 0.3)],
    Stage.GO_LIVE: [("sticky_adoption_28", 0.3), ("decision_maker_sticky_28", 1)],
}


def missing_of(customer: Customer, hand_off: HandOff | None) -> list[str | Promise]:
    """What a hand-off still lacks, in words."""
    has = {
        "situation": bool(hand_off and hand_off.situation_id),
        "employees": bool(customer.employees),
        "industry": bool(customer.industry),
        "goals": bool(hand_off and hand_off.goals_id),
        "promises": bool(hand_off and hand_off.promises_id),
    }
    return [label for name, label in REQUIRED.items() if not has[name]]


@dataclass(frozen=True, slots=True)
class HandedOff:
    """The hand-off as it stands. ``row`` is None where nothing was written yet."""

    row: HandOff | None
    missing: list[str | Promise]

    @property
    def filled(self) -> int:
        return len(REQUIRED) - len(self.missing)

    @property
    def of(self) -> int:
        return len(REQUIRED)

    @property
    def percent(self) -> int:
        return 100 * self.filled // self.of

    @property
    def is_taken_over(self) -> bool:
        return bool(self.row and self.row.taken_over)


def handed_off(customer: Customer) -> HandedOff:
    last = next(iter(_last_hand_off(customer.pk)), None)
    return HandedOff(last, missing_of(customer, last))


@prepared
def _last_hand_off(customer: int) -> QuerySet[HandOff]:
    related = ("situation", "goals", "promises", "by")
    return HandOff.objects.filter(customer=customer).select_related(*related).order_by("-pk")[:1]


@dataclass(frozen=True, slots=True)
class Exit:
    """A measure that should have come to ``least`` before a stage is left; ``value`` is None where not measured."""

    measure: Measure
    least: float
    value: float | None

    @property
    def holds(self) -> bool:
        return self.value is not None and self.value >= self.least


@dataclass(frozen=True, slots=True)
class StageOf:
    """One stage: whether and when it was reached, its records, and what should be so before it is left."""

    stage: str
    label: str | Promise
    reached_on: date | None
    records: list[StageRecord]
    exits: list[Exit]

    @property
    def satisfaction(self) -> int | None:
        """The latest answer."""
        return next((one.satisfaction for one in self.records if one.satisfaction), None)


def stages(customer: Customer) -> list[StageOf]:
    """The four stages, in order, each with its records, the latest first. Some statements, whatever their number."""
    reached = reached_of(customer)
    rows = StageRecord.objects.filter(customer=customer).select_related("text", "by").order_by("-pk")
    records = list(rows.prefetch_related("trained", "documents"))
    standing = getattr(customer, "standing", None)
    values = standing.measured if standing else {}
    return [
        StageOf(stage, label, reached.get(stage), [one for one in records if one.stage == stage], _exits(stage, values))
        for stage, label in Stage.choices
    ]


def reached_of(customer: Customer) -> dict[str, date]:
    """The day on which each stage was reached, by its latest record."""
    return {row.stage: row.day for row in _latest_of_stages(customer.pk) if row.reached}


@prepared
def _latest_of_stages(customer: int) -> QuerySet[StageReached]:
    return StageReached.objects.filter(customer=customer).order_by("stage", "-known_on", "-pk").distinct("stage")


def _exits(stage: str, values: Mapping[str, Any]) -> list[Exit]:
    wanted = [(key, least) for key, least in EXITS[stage] if key in MEASURES]
    return [Exit(MEASURES[key], least, _number(values.get(key))) for key, least in wanted]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class GoalOf:
    """A goal and where it stands. ``history`` is (day, value), the earliest first."""

    goal: Goal
    value: Decimal
    on: date
    history: list[tuple[date, Decimal]]
    dropped: bool

    @property
    def is_reached(self) -> bool:
        up = self.goal.target > self.goal.baseline
        return self.value >= self.goal.target if up else self.value <= self.goal.target

    @property
    def share(self) -> float:
        """How much of the way from baseline to target is done, from 0 to 1."""
        way = self.goal.target - self.goal.baseline
        return max(0.0, min(1.0, float((self.value - self.goal.baseline) / way)))

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def change(self) -> Decimal:
        return self.value - self.goal.baseline

    @property
    def places(self) -> int:
        """The decimals that tell its numbers apart, two at most."""
        told = (self.goal.baseline, self.goal.target, self.value)
        return next((n for n in (0, 1) if all(round(one, n) == one for one in told)), 2)

    @property
    def moved(self) -> str:
        """The change since the start, with its sign."""
        return signed(self.change, self.places)

    @property
    def measure(self) -> Measure | None:
        return MEASURES.get(self.goal.measure)


def goals(customer: Customer, *, dropped: bool = False) -> list[GoalOf]:
    """The goals of a customer, the earliest set first; without those given up, unless ``dropped``. Two statements."""
    rows = _set_for(customer.pk)
    values: dict[int, list[GoalValue]] = {}
    told = GoalValue.objects.filter(customer=customer).order_by("day", "known_on", "pk")
    for value in told if rows else ():
        values.setdefault(value.goal_id, []).append(value)
    found = [_goal_of(row, values.get(row.pk, [])) for row in rows]
    return [one for one in found if dropped or not one.dropped]


@prepared
def _set_for(customer: int) -> QuerySet[Goal]:
    return Goal.objects.filter(customer=customer).select_related("words").order_by("day", "pk")


def _goal_of(goal: Goal, values: list[GoalValue]) -> GoalOf:
    by_day = {goal.day: goal.baseline} | {value.day: value.value for value in values}
    history = sorted(by_day.items())
    last = values[-1] if values else None
    return GoalOf(
        goal=goal,
        value=last.value if last else goal.baseline,
        on=last.day if last else goal.day,
        history=history,
        dropped=bool(last and last.dropped),
    )
