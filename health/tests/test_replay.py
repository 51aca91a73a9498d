"""Replayed: a score as of D is the same whatever is recorded later, about later days or about days before D."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from core.clock import AsOf
from customers.models import Customer, Goal
from customers.tests.factories import (
    ContactChangeFactory,
    ContactFactory,
    CustomerFactory,
    GoalFactory,
    GoalValueFactory,
    MergeFactory,
    PulseFactory,
    StageReachedFactory,
    TicketStateFactory,
    TouchpointFactory,
)
from health.domain import scoring
from health.domain.result import Result
from subscriptions.models import Plan, PlanLimit
from subscriptions.tests.factories import agree, bill, sell
from surveys.tests.factories import ResponseFactory
from usage.domain.features import classify
from usage.models import Entitlement, Feature, UsageDay
from usage.tests.factories import use

D = date(2026, 3, 20)
# Persons are told apart by mail addresses, first days are those of the new: usage tests both. Who leaves has nothing
# that goes on: subscriptions tests that.
NOT_SEEN = {"decision_maker_sticky_28", "errors_first_30", "leaves_on"}
FEATURES = ("board", "chat", "export", "")

Fact = Callable[[random.Random, Customer, date, date], None]


def usage(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    if UsageDay.objects.filter(customer=customer, day=day, known_on=known_on).exists():
        return  # what was known on a past day is closed
    persons = [f"person {rng.random()}" for _ in range(2)]
    use(customer, day, feature=rng.sample(FEATURES, 2), events=rng.randint(1, 50), persons=persons, known_on=known_on)


def answer(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    contact = ContactFactory(customer=customer)
    ResponseFactory(customer=customer, contact=contact, score=rng.randint(0, 10), day=day, known_on=known_on)


def touch(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    TouchpointFactory(customer=customer, day=day, known_on=known_on, two_way=rng.random() < 0.7)


def ticket(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    escalated = rng.random() < 0.5
    TicketStateFactory(ticket__customer=customer, day=day, known_on=known_on, escalated=escalated)


def contact(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    role = rng.choice(["champion", "user"])
    one = ContactFactory(customer=customer, role=role)
    ContactChangeFactory(contact=one, role=role, day=day, known_on=known_on)


def invoice(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    bill(customer, day, due_on=day + timedelta(days=rng.randint(0, 20)), known_on=known_on)


def version(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    sell(customer, rng.randint(10, 500), day, known_on=known_on)


def ending(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    subscription = sell(customer, rng.randint(10, 500), day - timedelta(days=200), known_on=known_on)
    agree(subscription, 100, day - timedelta(days=200), known_on=known_on, ends_on=day, cancelled_on=day)


def stage(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    reached = rng.random() < 0.8
    name = rng.choice(["kick_off", "set_up", "training", "go_live"])
    StageReachedFactory(customer=customer, stage=name, reached=reached, day=day, known_on=known_on)


def goal(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    one = GoalFactory(customer=customer, due_on=day + timedelta(days=9), day=day, known_on=known_on)
    GoalValueFactory(goal=one, value=rng.randint(0, 200), day=day, known_on=known_on)


def goal_of_another_day(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    one = Goal.objects.filter(customer=customer).first()
    if one:
        GoalValueFactory(goal=one, value=rng.randint(0, 200), dropped=rng.random() < 0.2, day=day, known_on=known_on)


def pulse(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    PulseFactory(customer=customer, feeling=rng.randint(1, 5), day=day, known_on=known_on)


def entitlement(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    seats, all_events = rng.randint(1, 9), rng.randint(99, 999)
    Entitlement.objects.create(customer=customer, seats=seats, events=all_events, day=day, known_on=known_on)
    board, most = Feature.objects.get(key="board"), rng.randint(10, 99)
    Entitlement.objects.create(customer=customer, feature=board, events=most, day=day, known_on=known_on)


def plan_limit(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    plan, _made = Plan.objects.get_or_create(name="Held")
    sell(customer, 10, day, known_on=known_on, plan_id=plan.pk)
    PlanLimit.objects.create(plan=plan, seats=rng.randint(1, 9), events=rng.randint(9, 99), day=day, known_on=known_on)


FACTS: list[Fact] = [usage, usage, usage, answer, touch, ticket, contact, invoice, version, ending, stage, goal]
FACTS += [goal_of_another_day, pulse, entitlement, plan_limit]


def everything_known(customer: Customer) -> None:
    """What chance would seldom give one customer: a term, an answer of support, daily use of all kinds."""
    term = {"term_ends_on": D + timedelta(days=100), "notice_days": 30, "auto_renews": True}
    sell(customer, 100, D - timedelta(days=265), known_on=D - timedelta(days=265), **term)
    day = D - timedelta(days=50)
    TicketStateFactory(ticket__customer=customer, day=day, known_on=day, satisfaction=4)
    for back in range(60, 0, -1):
        on = D - timedelta(days=back)
        use(customer, on, feature=["board", "export", ""], persons=["ana"], known_on=on)


def earlier(rng: random.Random) -> tuple[date, date]:
    """About a day before D, and known before D."""
    day = D - timedelta(days=rng.randint(3, 120))
    return day, min(day + timedelta(days=rng.randint(0, 10)), D - timedelta(days=1))


def later(rng: random.Random) -> tuple[date, date]:
    """About D or a day after it; or about a day before it, and known on D or after it."""
    day = D + timedelta(days=rng.randint(-100, 30))
    return day, max(day, D) + timedelta(days=rng.randint(0, 30))


def record(rng: random.Random, customers: list[Customer], count: int, when: Callable[..., tuple[date, date]]) -> None:
    for number in range(count):
        fact = FACTS[number % len(FACTS)]
        fact(rng, rng.choice(customers), *when(rng))


def assert_same(one: Result, other: Result) -> None:
    assert one.frame.ids.tolist() == other.frame.ids.tolist()
    for key in one.frame.columns:
        np.testing.assert_array_equal(one.frame[key], other.frame[key], err_msg=key)
    for vector in ("version", "score", "band", "coverage"):
        np.testing.assert_array_equal(getattr(one, vector), getattr(other, vector), err_msg=vector)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_nothing_recorded_later_changes_a_score(seed: int) -> None:
    rng = random.Random(seed)
    customers = CustomerFactory.create_batch(6)
    classify(kinds={"board": "core", "chat": "core", "export": "sticky"}, known_on=D - timedelta(days=100))
    everything_known(customers[0])
    record(rng, customers, 84, earlier)
    before = scoring.score(AsOf.at(D))
    assert before.scored.sum() > 2
    unseen = {key for key in before.frame.columns if not before.frame.measured(key).any()}
    assert sorted(unseen - NOT_SEEN) == [], "a measure that has no value here is not tested"
    record(rng, [*customers, CustomerFactory(created_on=D)], 70, later)
    MergeFactory(from_customer=customers[0], into_customer=customers[1], known_on=D)
    classify(kinds={"board": "other", "new": "core"}, known_on=D)
    assert_same(scoring.score(AsOf.at(D)), before)
    assert_same(scoring.backfill(D), before)


@pytest.mark.django_db
def test_what_is_recorded_later_does_change_later_scores() -> None:
    rng = random.Random(7)
    customers = CustomerFactory.create_batch(6)
    record(rng, customers, 40, earlier)
    day = AsOf.at(D + timedelta(days=61))
    before = scoring.score(day)
    record(rng, customers, 40, later)
    with pytest.raises(AssertionError):
        assert_same(scoring.score(day), before)
