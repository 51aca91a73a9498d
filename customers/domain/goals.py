"""The success plan: goals from a baseline to a target, and where they stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.clock import AsOf
from core.domain import events
from customers.domain import timeline
from customers.domain.timeline import Entry
from customers.models import Customer, Goal, GoalValue
from customers.registry import MEASURES, Type, gather

SET = "customers.goal_set.v1"
MOVED = "customers.goal_moved.v1"
COUNTED = {Type.NUMBER, Type.SHARE, Type.DAYS, Type.MONEY}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGoal:
    """A goal in words, from where to where, by when; with the key of a measure its values come by themselves."""

    words: str
    baseline: Decimal
    target: Decimal
    due_on: date | None = None
    measure: str = ""


@transaction.atomic
def add(*, customer: Customer, new: NewGoal, by: User | None, at: datetime) -> Goal:
    """Set a goal for a customer, known today; it stands at its baseline. Raises ValidationError."""
    if not new.words.strip() or new.baseline == new.target:
        raise ValidationError(_("Say what the goal is, and give it a target other than where it starts."))
    if new.measure and (new.measure not in MEASURES or MEASURES[new.measure].type not in COUNTED):
        raise ValidationError(_("There is no number by that name."))
    (text,) = timeline.write_texts(texts=[(customer.pk, None, new.words)])
    assert text
    today = clock.today(at)
    made = Goal.objects.create(
        customer=customer,
        words=text,
        baseline=new.baseline,
        target=new.target,
        due_on=new.due_on,
        measure=new.measure,
        day=today,
        known_on=today,
    )
    _tell("goal_set", made, at, by)
    events.append(type=SET, payloads=[{"customer": customer.pk, "goal": str(made.uid)}], at=at)
    if new.measure:
        follow(goals=[made], day=today, at=at)
    return made


@transaction.atomic
def move(*, goal: Goal, value: Decimal, on: date, by: User | None, at: datetime) -> GoalValue:
    """Say where a goal stood on a day. Raises ValidationError for a day to come."""
    today = clock.today(at)
    if on > today:
        raise ValidationError(_("Say it when it has happened."))
    (made,) = _write([(goal, value, False)], on, at)
    _tell("goal_moved", goal, at, by, value=value)
    return made


@transaction.atomic
def drop(*, goal: Goal, by: User | None, at: datetime) -> GoalValue:
    """Say that it is no goal any more: it counts neither as reached nor as missed from now on."""
    last = goal.values.order_by("day", "known_on", "pk").last()
    (made,) = _write([(goal, last.value if last else goal.baseline, True)], clock.today(at), at)
    _tell("goal_dropped", goal, at, by)
    return made


@transaction.atomic
def follow(*, day: date, at: datetime, goals: Iterable[Goal] | None = None) -> int:
    """Write down where the goals that follow a measure stand, where that has moved. Returns how many did."""
    asked = Goal.objects.exclude(measure="") if goals is None else goals
    wanted = [goal for goal in asked if goal.measure in MEASURES]
    if not wanted:
        return 0
    keys = sorted({goal.measure for goal in wanted})
    frame = gather(AsOf.live(), keys, sorted({goal.customer_id for goal in wanted}))
    place = {pk: n for n, pk in enumerate(frame.ids.tolist())}
    last = _last(wanted)
    moved = []
    for goal in wanted:
        value = float(frame[goal.measure][place[goal.customer_id]]) if goal.customer_id in place else np.nan
        now = None if np.isnan(value) else round(Decimal(str(value)), 4)
        before = last.get(goal.pk)
        if now is not None and not (before and (before.dropped or before.value == now)):
            moved.append((goal, now, False))
    _write(moved, day, at)
    return len(moved)


def _last(goals: Iterable[Goal]) -> dict[int, GoalValue]:
    rows = GoalValue.objects.filter(goal__in=[goal.pk for goal in goals]).order_by("goal", "-day", "-known_on", "-pk")
    return {row.goal_id: row for row in rows.distinct("goal")}


def _write(rows: Iterable[tuple[Goal, Decimal, bool]], on: date, at: datetime) -> list[GoalValue]:
    known_on = clock.today(at)
    made = GoalValue.objects.bulk_create(
        GoalValue(goal=goal, customer_id=goal.customer_id, value=value, dropped=dropped, day=on, known_on=known_on)
        for goal, value, dropped in rows
    )
    payloads = [
        {"customer": one.customer_id, "goal": str(one.goal.uid), "value": str(one.value), "dropped": one.dropped}
        for one in made
    ]
    events.append(type=MOVED, payloads=payloads, at=at)
    return made


def _tell(kind: str, goal: Goal, at: datetime, by: User | None, **values: Decimal) -> None:
    told = {"baseline": float(goal.baseline), "target": float(goal.target)}
    told |= {name: float(value) for name, value in values.items()}
    entry = Entry(customer=goal.customer_id, kind=kind, at=at, values=told, text=goal.words)
    timeline.tell(entries=[entry], known_on=clock.today(at), by=by)
