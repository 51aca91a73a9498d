"""The first of a long queue are those of the whole one in its order."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from customers.models import Band, Customer, Standing
from customers.tests.factories import CustomerFactory
from playbooks.models import Lane, WorkItem
from playbooks.queries import first as module
from playbooks.queries.first import first
from playbooks.queries.rank import ranked
from playbooks.tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue in which five are many."""
    monkeypatch.setattr(module, "FEW", 5)
    monkeypatch.setattr(module, "FEWEST", 3)
    drawn, one = Random(7), CustomerFactory()
    made = Customer.objects.bulk_create(
        Customer(name=f"C{n}", owner=one.owner, team=one.team, created_on=TODAY, known_on=TODAY) for n in range(90)
    )
    standings = []
    for customer in made:
        mrr, chance = Decimal(drawn.randrange(0, 9000)), Decimal(drawn.randrange(1, 90)) / 100
        scored = drawn.random() > 0.2
        standings.append(
            Standing(
                customer=customer,
                as_of=TODAY,
                mrr=mrr,
                band=drawn.choice(Band.values) if scored else Band.UNKNOWN,
                churn_chance=chance if scored else None,
                mrr_at_risk=mrr * chance if scored else 0,
                notice_on=TODAY + timedelta(drawn.randrange(90)) if drawn.random() > 0.5 else None,
            )
        )
    Standing.objects.bulk_create(standings[:-5])
    WorkItem.objects.bulk_create(
        WorkItem(
            customer=customer,
            cause=f"rule:{n}",
            lane=drawn.choice(Lane.values),
            due_on=TODAY + timedelta(drawn.randrange(-3, 9)),
            opened_at=NOW,
        )
        for n, customer in enumerate(made)
    )


@pytest.mark.parametrize("limit", [1, 3, 10, 40, 90, 200])
def test_they_are_those_of_the_whole_queue(long: None, limit: int) -> None:
    items = WorkItem.objects.all()
    assert first(items, today=TODAY, limit=limit) == [one.pk for one in ranked(items, today=TODAY)[:limit]]


def test_few_of_a_long_lane_are_ranked(long: None, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [one.pk for one in ranked(WorkItem.objects.all(), today=TODAY)[:3]]
    monkeypatch.setattr(module, "_all", lambda *_: pytest.fail("all of a lane were ranked"))
    assert first(WorkItem.objects.all(), today=TODAY, limit=3) == whole


@pytest.mark.parametrize("lane", Lane.values)
def test_of_one_lane_only_that_is_looked_at(long: None, lane: str, django_assert_max_num_queries: Any) -> None:
    items = WorkItem.objects.filter(lane=lane)
    wanted = [one.pk for one in ranked(items, today=TODAY)[:7]]
    with django_assert_max_num_queries(3):
        assert first(items, today=TODAY, limit=7, lane=lane) == wanted


def _many(monkeypatch: pytest.MonkeyPatch, customers: list[dict[str, Any]]) -> list[int]:
    """One lane of these customers, of whom the four with the most at risk are looked at. Its first two."""
    monkeypatch.setattr(module, "FEW", 1)
    monkeypatch.setattr(module, "FEWEST", 2)
    for n, values in enumerate(customers):
        customer, due = CustomerFactory(), values.pop("due", 0)
        if values:
            Standing.objects.create(customer=customer, as_of=TODAY, **values)
        due_on = TODAY + timedelta(due)
        WorkItem.objects.create(customer=customer, cause=f"rule:{n}", lane=Lane.RISK, due_on=due_on, opened_at=NOW)
    return [one.pk for one in ranked(WorkItem.objects.all(), today=TODAY)[:2]]


def _at_risk(amount: int, due: int = 0) -> dict[str, Any]:
    return {"mrr": amount * 2, "churn_chance": Decimal("0.5"), "mrr_at_risk": amount, "band": Band.RISK, "due": due}


@pytest.mark.parametrize(
    "customers",
    [
        pytest.param([*(_at_risk(90, 99) for _ in range(4)), _at_risk(80)], id="what is near weighs more"),
        pytest.param([*(_at_risk(90 - 10 * n) for n in range(5)), {"mrr": 9000}], id="nobody knows a chance"),
        pytest.param([_at_risk(0), {"mrr": 5, "churn_chance": 0}, {}], id="nothing is at risk"),
    ],
)
def test_whoever_was_not_looked_at_is_not_left_out(
    monkeypatch: pytest.MonkeyPatch, customers: list[dict[str, Any]]
) -> None:
    whole = _many(monkeypatch, customers)
    assert first(WorkItem.objects.all(), today=TODAY, limit=2) == whole
