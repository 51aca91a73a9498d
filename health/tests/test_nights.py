"""The values of a night are the same whether they are read anew or brought from an earlier night's."""

import random
from datetime import date, timedelta
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.clock import AsOf
from customers.models import ContactRole, Customer
from customers.registry import gather
from customers.registry.rolling import gather_night, unlike
from customers.tests.factories import ContactChangeFactory, ContactFactory, CustomerFactory
from health.domain import scoring
from health.tests.test_replay import FACTS, D, everything_known
from usage.domain.features import classify
from usage.domain.persons import hashed
from usage.models import ContactPerson, Feature
from usage.tests.factories import use

pytestmark = pytest.mark.django_db


def decider(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    """Somebody who decides, told among the users, and what they did."""
    contact = ContactFactory(customer=customer, role=ContactRole.DECISION_MAKER)
    ContactChangeFactory(contact=contact, role=ContactRole.DECISION_MAKER, day=day, known_on=known_on)
    person = f"{contact.pk}@example.com"
    ContactPerson.objects.get_or_create(contact=contact, customer=customer, person=hashed(person))
    use(customer, day, feature=["export", ""], persons=[person], known_on=known_on)


def taken_back(rng: random.Random, customer: Customer, day: date, known_on: date) -> None:
    use(customer, day, feature=rng.choice(["board", ""]), events=-rng.randint(1, 60), known_on=known_on)


ALL = [*FACTS, decider, taken_back]


def facts(rng: random.Random, customers: list[Customer], count: int, known_from: date, known_before: date) -> None:
    """What becomes known within these days, about days of long before, of late, or of just then."""
    told = set()
    for number in range(count):
        known_on = known_from + timedelta(days=rng.randrange((known_before - known_from).days))
        day = known_on - timedelta(days=rng.choice([0, 0, 1, rng.randint(0, 100)]))
        customer = rng.choice(customers)
        if (customer, day, known_on) not in told:  # what was told long ago of that day is not told once more
            told.add((customer, day, known_on))
            ALL[number % len(ALL)](rng, customer, day, known_on)


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.generate],  # what fails is made of a hundred facts: to look for less takes too long
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**6), steps=st.lists(st.integers(1, 20), min_size=1, max_size=3))
def test_a_night_brought_on_is_a_night_read_anew(seed: int, steps: list[int]) -> None:
    rng = random.Random(seed)
    customers = CustomerFactory.create_batch(6, created_on=D - timedelta(days=rng.randint(20, 400)))
    classify(kinds={"board": Feature.Kind.CORE, "export": Feature.Kind.STICKY}, known_on=D - timedelta(days=300))
    everything_known(customers.pop())
    facts(rng, customers, 50, D - timedelta(days=200), D)
    keys, day = scoring.base_measures(), D
    last = gather_night(AsOf.at(day), keys)
    assert unlike(gather(AsOf.at(day), keys), last.frame) == []
    for step in steps:
        facts(rng, customers, 16, day, day + timedelta(days=step))
        day += timedelta(days=step)
        last = gather_night(AsOf.at(day), keys, last)
        assert unlike(gather(AsOf.at(day), keys), last.frame) == []


@pytest.mark.django_db(transaction=True)
def test_a_night_read_by_two_connections_is_one_read_by_one() -> None:
    customers = CustomerFactory.create_batch(6, created_on=D - timedelta(days=200))
    classify(kinds={"board": Feature.Kind.CORE, "export": Feature.Kind.STICKY}, known_on=D - timedelta(days=190))
    everything_known(customers.pop())
    facts(random.Random(7), customers, 60, D - timedelta(days=180), D)
    keys = scoring.base_measures()
    by_two = gather_night(AsOf.at(D), keys)
    with mock.patch("core.beside._has_written", lambda: True):
        by_one = gather_night(AsOf.at(D), keys)
    assert unlike(by_one.frame, by_two.frame) == []
    assert {*by_one.states} == {*by_two.states}
    assert by_one.frame.measured("mrr").any()
