"""Replayed: a score as of D is the same whatever is recorded later, about later days or about days before D."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from core.clock import AsOf
from customers.models import Customer
from customers.tests.factories import (
    ContactChangeFactory,
    ContactFactory,
    CustomerFactory,
    MergeFactory,
    TicketStateFactory,
    TouchpointFactory,
)
from health.domain import scoring
from health.domain.scoring import Result
from subscriptions.tests.factories import agree, bill, sell
from surveys.tests.factories import ResponseFactory
from usage.domain.features import classify
from usage.models import UsageDay
from usage.tests.factories import use

D = date(2026, 3, 20)
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


FACTS: list[Fact] = [usage, usage, usage, answer, touch, ticket, contact, invoice, version, ending]


def earlier(rng: random.Random) -> tuple[date, date]:
    """About a day before D, and known before D."""
    day = D - timedelta(days=rng.randint(3, 120))
    return day, min(day + timedelta(days=rng.randint(0, 10)), D - timedelta(days=1))


def later(rng: random.Random) -> tuple[date, date]:
    """About D or a day after it; or about a day before it, and known on D or after it."""
    day = D + timedelta(days=rng.randint(-100, 30))
    return day, max(day, D) + timedelta(days=rng.randint(0, 30))


def record(rng: random.Random, customers: list[Customer], count: int, when: Callable[..., tuple[date, date]]) -> None:
    for _ in range(count):
        fact = rng.choice(FACTS)
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
    record(rng, customers, 40, earlier)
    before = scoring.score(AsOf.at(D))
    assert before.scored.sum() > 2
    record(rng, [*customers, CustomerFactory(created_on=D)], 40, later)
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
