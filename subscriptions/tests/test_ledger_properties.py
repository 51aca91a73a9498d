"""The ledger as columns against the plain one, over random histories."""

import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from subscriptions.domain import fx_rates, ledger, rulesets, stage
from subscriptions.domain.fx_rates import Rate
from subscriptions.domain.ledger_append import FRESH
from subscriptions.domain.ledger_plain import Moved, Rates, ledger_of, world_of
from subscriptions.models import FxRate, MrrMovement, Plan, Ruleset, Subscription, SubscriptionVersion
from subscriptions.tests.factories import PlanFactory
from subscriptions.tests.histories import FIRST, Told, add, days, histories, rates, write

pytestmark = pytest.mark.django_db
thorough = settings(
    deadline=None, max_examples=int(os.environ.get("EXAMPLES", "75")), suppress_health_check=list(HealthCheck)
)

Places = dict[tuple[date, date], Moved]


class Undo(Exception):
    pass


@dataclass(frozen=True)
class Ground:
    ruleset: Ruleset
    plans: list[Plan]


@pytest.fixture
def ground() -> Ground:
    ruleset = rulesets.establish(reporting_currency="USD")
    fx_rates.record(rates=rates())
    return Ground(ruleset, [PlanFactory(), PlanFactory()])


def plain_rates() -> Rates:
    return Rates(FxRate.objects.all(), reporting="USD", valid_days=7)


def fresh(customer: Customer) -> Places:
    columns = ", ".join(Moved.columns())
    rows = stage.fetch(f"SELECT day, known_on, {columns} FROM ({FRESH}) f WHERE customer_id = {customer.pk}")
    return {(day, known_on): Moved(*rest) for day, known_on, *rest in rows}


def in_force(customer: Customer, known_on: date) -> dict[date, Moved]:
    """What a reader sees: a row counts unless one that replaces stands after it. Days on which nothing happened not."""
    rows = MrrMovement.objects.filter(customer=customer, known_on__lte=known_on).order_by("known_on", "revision")
    by_day: dict[date, list[MrrMovement]] = defaultdict(list)
    for row in rows:
        if row.replaces:
            by_day[row.day] = []
        by_day[row.day].append(row)
    assert all(len(rows) == 1 for rows in by_day.values())
    seen = {day: Moved(*(getattr(row, name) for name in Moved.columns())) for day, (row,) in by_day.items()}
    return {day: moved for day, moved in seen.items() if moved != Moved()}


def every_known_day(customer: Customer) -> list[date]:
    known = set(SubscriptionVersion.objects.filter(customer=customer).values_list("known_on", flat=True))
    return sorted(known | set(FxRate.objects.values_list("known_on", flat=True)))


@thorough
@given(st.lists(histories(), min_size=4, max_size=4))
def test_columns_and_plain_python_agree(ground: Ground, several: list[list[Told]]) -> None:
    with pytest.raises(Undo), transaction.atomic():
        customers = [write(history, ground.plans) for history in several]
        for all_wild in (False, True):
            ledger.compute(ground.ruleset, all_wild=all_wild)
            for customer in customers:
                versions = SubscriptionVersion.objects.filter(customer=customer)
                assert fresh(customer) == ledger_of(list(versions), plain_rates())
        raise Undo


@thorough
@given(histories(), histories(), st.lists(st.tuples(st.sampled_from(["EUR", "GBP"]), days), max_size=2, unique=True))
def test_what_comes_later_is_appended(
    ground: Ground, before: list[Told], after: list[Told], corrections: list[tuple[str, date]]
) -> None:
    """Whatever is recorded in whatever order: a reader sees, as known on each day, what the plain ledger says."""
    with pytest.raises(Undo), transaction.atomic():
        customer = write(before, ground.plans)
        ledger.refresh(customers=[customer.pk])
        made = {n: Subscription.objects.create(customer=customer) for n in (3, 4)}
        made |= dict(enumerate(Subscription.objects.filter(customer=customer).order_by("id")[:3]))
        made = {n: made.get(n, made[3]) for n in range(3)}
        add(after, ground.plans, made)
        ledger.refresh(customers=[customer.pk])
        for currency, day in corrections:
            fx_rates.record(rates=[Rate(day, currency, 2)], known_on=day + timedelta(9))
        ledger.refresh(customers=[customer.pk])
        assert ledger.refresh(customers=[customer.pk]) == 0
        versions = list(SubscriptionVersion.objects.filter(customer=customer))
        for known_on in [FIRST, *every_known_day(customer)]:
            assert in_force(customer, known_on) == world_of(versions, plain_rates(), known_on)
        raise Undo


@thorough
@given(histories(), days)
def test_what_became_known_later_changes_nothing_then(ground: Ground, history: list[Told], known_on: date) -> None:
    with pytest.raises(Undo), transaction.atomic():
        whole = write(history, ground.plans)
        then = write([row for row in history if row.known_on <= known_on], ground.plans)
        ledger.compute(ground.ruleset)
        told = {place: moved for place, moved in fresh(whole).items() if place[1] <= known_on}
        assert told == fresh(then)
        raise Undo


@thorough
@given(histories())
def test_each_row_adds_up(ground: Ground, history: list[Told]) -> None:
    """amount = its parts, and before = what was carried + FX, as known on each day."""
    with pytest.raises(Undo), transaction.atomic():
        customer = write(history, ground.plans)
        ledger.refresh(customers=[customer.pk])
        for known_on in every_known_day(customer):
            carried = 0
            for _day, moved in sorted(in_force(customer, known_on).items()):
                parts = moved.price + moved.seats + moved.plan_change + moved.cross_sell
                assert moved.after - moved.before == parts
                assert moved.before == carried + moved.fx
                carried = moved.after
        raise Undo
