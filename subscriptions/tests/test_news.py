from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from core import clock, consumers
from core.domain import events
from core.models import Event
from customers.domain import merges
from customers.tests.factories import CustomerFactory
from subscriptions.domain import ledger_check
from subscriptions.domain.dunning import same
from subscriptions.domain.versions import record
from subscriptions.jobs import tell_movements
from subscriptions.models import MrrMovement
from subscriptions.tests.factories import SubscriptionFactory, agree, sell

pytestmark = pytest.mark.django_db
JAN, FEB, MAR = (date(2025, month, 1) for month in (1, 2, 3))


def told() -> list[dict[str, Any]]:
    found = Event.objects.filter(type="subscriptions.movement_recorded.v1").order_by("pk")
    return [event.payload for event in found]


def kinds() -> list[tuple[str, str]]:
    return [(one["kind"], one["day"]) for one in told()]


def test_a_movement_is_told_once_with_what_it_is() -> None:
    customer = CustomerFactory()
    sell(customer, 100, JAN, known_on=clock.today())
    assert told() == [
        {
            "customer": customer.pk,
            "day": "2025-01-01",
            "known_on": f"{clock.today()}",
            "kind": "new",
            "before": "0.000000",
            "after": "100.000000",
            "amount": "100.000000",
            "currency": "USD",
            "churn_kind": "",
        }
    ]


def test_a_correction_is_told_where_it_is_of_another_kind() -> None:
    version = agree(SubscriptionFactory(), 100, JAN, known_on=clock.today())
    record(versions=[same(version, amount=120)], known_on=clock.today())
    assert kinds() == [("new", "2025-01-01")]
    later = same(version, starts_on=FEB, number=None, amount=200)
    record(versions=[same(version, amount=120, ends_on=FEB), later], known_on=clock.today())
    record(versions=[replace(later, amount=50)], known_on=clock.today())
    assert kinds()[1:] == [("expansion", "2025-02-01"), ("contraction", "2025-02-01")]


def test_many_new_customers_are_told_in_one_batch() -> None:
    subscriptions = SubscriptionFactory.create_batch(25)
    version = agree(subscriptions[0], 100, JAN)
    new = [same(version, subscription_id=one.pk, number=None) for one in subscriptions[1:]]
    record(versions=new, known_on=clock.today())
    assert kinds() == [("new", "2025-01-01")] * 24


def test_a_history_is_told_to_nobody() -> None:
    sell(None, 100, JAN, ends_on=MAR, cancelled_on=FEB)
    assert not told()


def test_an_end_that_comes_by_itself_is_told_when_it_is_there() -> None:
    with time_machine.travel("2026-03-01 12:00"):
        sell(None, 100, JAN, ends_on=date(2026, 3, 5), known_on=clock.today())
        assert [kind for kind, _day in kinds()] == ["new"]
    with time_machine.travel("2026-03-05 01:30"):
        for _twice in range(2):
            tell_movements(clock.today())
    assert kinds()[1:] == [("churn", "2026-03-05")]


def test_the_night_after_a_load_of_history_tells_nothing() -> None:
    sell(None, 100, clock.today() - timedelta(days=9), ends_on=clock.today())
    events.append(type="data.loaded.v1", payloads=[{"source": "demo", "customers": 1}])
    tell_movements(clock.today())
    assert not told()


def test_a_merge_reaches_the_ledger_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "horizon", lambda: 2**62)
    consumer = consumers.CONSUMERS["subscriptions.merges"]
    one, into = (sell(None, amount, JAN).customer for amount in (100, 50))
    made = merges.merge(one=one.pk, into=into.pk, at=clock.now())
    consumers.consume(consumer=consumer)
    last = MrrMovement.objects.filter(customer=into).latest("known_on", "day")
    assert last.after == 150
    assert not list(ledger_check.differences())
    merges.undo(merge=made, at=clock.now() + timedelta(days=1))
    consumers.consume(consumer=consumer)
    assert not list(ledger_check.differences())
    assert not told()
