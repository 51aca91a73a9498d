from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.utils import DatabaseError

from core import clock
from customers.models import Customer, TimelineEntry
from customers.queries.timeline import kinds_of, timeline
from customers.registry import SENTENCES
from customers.tests.factories import CustomerFactory
from subscriptions.domain import ledger, rulesets, versions
from subscriptions.domain.fx_rates import Rate
from subscriptions.domain.fx_rates import record as record_rates
from subscriptions.domain.versions import Version
from subscriptions.models import MrrMovement
from subscriptions.tests.factories import PlanFactory, SubscriptionFactory, agree, rate, sell
from subscriptions.timeline import movements

pytestmark = pytest.mark.django_db

SAID_FIRST = "Became a paying customer on 1 Jan 2025: MRR $100"
JAN, FEB, MAR, APR, MAY = (date(2025, month, 1) for month in range(1, 6))


def told(customer: Customer) -> list[tuple[Any, ...]]:
    """The rows of the ledger, of each day and day of knowledge the last revision."""
    rows = MrrMovement.objects.filter(customer=customer).order_by("day", "known_on", "revision")
    last = {(row.day, row.known_on): row for row in rows}
    return [(row.day, row.known_on, row.kind, row.after - row.before) for row in last.values()]


def test_the_example_of_the_mission() -> None:
    customer = CustomerFactory()
    gold, silver = PlanFactory(name="Gold"), PlanFactory(name="Silver")
    sell(customer, 2000, JAN, interval="year", quantity=Decimal(4), plan_id=gold.pk, ends_on=APR)
    sell(customer, 60, FEB, quantity=Decimal(2), plan_id=silver.pk, ends_on=MAR)
    sell(customer, 150, MAY, quantity=Decimal(3), plan_id=silver.pk)
    assert told(customer) == [
        (JAN, JAN, "new", Decimal("166.666667")),
        (FEB, FEB, "expansion", Decimal(60)),
        (MAR, MAR, "contraction", Decimal(-60)),
        (APR, APR, "churn", Decimal("-166.666667")),
        (MAY, MAY, "reactivation", Decimal(150)),
    ]


def test_one_movement_a_day_whatever_happens_on_it() -> None:
    customer = CustomerFactory()
    sell(customer, 100, JAN, ends_on=FEB)
    sell(customer, 70, FEB)
    sell(customer, 50, FEB)
    assert told(customer) == [(JAN, JAN, "new", 100), (FEB, FEB, "expansion", 20)]


def test_nothing_moves_without_length_or_at_the_same_price() -> None:
    customer = CustomerFactory()
    one, other = SubscriptionFactory(customer=customer), SubscriptionFactory(customer=customer)
    rows = [
        Version(one.pk, JAN, Decimal(100), ends_on=FEB),
        Version(one.pk, FEB, Decimal(100)),
        Version(other.pk, MAR, Decimal(100), ends_on=MAR),
    ]
    versions.record(versions=rows)
    assert told(customer) == [(JAN, JAN, "new", 100)]


def test_a_trial_pays_nothing() -> None:
    customer, other = CustomerFactory(), CustomerFactory()
    sell(customer, 100, JAN, trial_ends_on=FEB)
    sell(other, 100, JAN, trial_ends_on=FEB, ends_on=FEB)
    assert told(customer) == [(FEB, JAN, "new", 100)]
    assert told(other) == [(FEB, JAN, "new", 100), (FEB, FEB, "none", 0)]


def test_a_cancellation_is_committed_when_it_is_known() -> None:
    customer = CustomerFactory()
    sell(customer, 100, JAN, ends_on=MAR, cancelled_on=FEB, churn_kind="voluntary")
    assert told(customer) == [(JAN, JAN, "new", 100), (MAR, FEB, "churn", -100)]
    assert MrrMovement.objects.get(kind="churn").churn_kind == "voluntary"


def parts(customer: Customer) -> dict[str, Decimal]:
    row = MrrMovement.objects.filter(customer=customer).latest("day", "known_on", "revision")
    names = ("price", "seats", "plan_change", "cross_sell", "discount")
    return {name: getattr(row, name) for name in names if getattr(row, name)}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"amount": 130}, {"price": 30}),
        ({"amount": 150, "quantity": Decimal(15)}, {"seats": 50}),
        ({"amount": 180, "quantity": Decimal(15)}, {"seats": 50, "price": 30}),
        ({"amount": 40, "quantity": Decimal(5)}, {"seats": -50, "price": -10}),
        ({"amount": 180, "quantity": Decimal(15), "plan": True}, {"plan_change": 80}),
    ],
)
def test_a_change_is_split(change: dict[str, Any], expected: dict[str, int]) -> None:
    subscription = sell(CustomerFactory(), 100, JAN, ends_on=FEB, quantity=Decimal(10))
    plan = {"plan_id": PlanFactory().pk} if change.pop("plan", False) else {}
    agree(subscription, change.pop("amount"), FEB, **{"quantity": Decimal(10), **change, **plan})
    assert parts(subscription.customer) == expected


def test_a_second_subscription_is_cross_sell() -> None:
    customer = CustomerFactory()
    sell(customer, 100, JAN)
    sell(customer, 40, FEB)
    assert parts(customer) == {"cross_sell": 40}


def test_what_was_carried_is_restated_on_the_day_of_a_movement() -> None:
    rulesets.establish(reporting_currency="USD")
    rate("EUR", "1.1", JAN)
    rate("EUR", "1.2", FEB)
    customer = CustomerFactory()
    sell(customer, 100, JAN, currency="EUR")
    sell(customer, 50, FEB, currency="EUR")
    new, more = MrrMovement.objects.filter(customer=customer).order_by("day")
    assert (new.kind, new.before, new.after, new.fx) == ("new", 0, 110, 0)
    assert (more.kind, more.before, more.after, more.fx) == ("expansion", 120, 180, 10)


def test_a_corrected_rate_is_known_since() -> None:
    rulesets.establish(reporting_currency="USD")
    rate("EUR", "1.1", JAN)
    customer = sell(CustomerFactory(), 100, JAN, currency="EUR").customer
    unmoved = sell(CustomerFactory(), 100, JAN).customer
    record_rates(rates=[Rate(JAN, "EUR", Decimal("1.3"))], known_on=MAY)
    assert told(customer) == [(JAN, JAN, "new", 110), (JAN, MAY, "new", 130)]
    assert told(unmoved) == [(JAN, JAN, "new", 100)]


def test_a_movement_without_a_rate_is_refused() -> None:
    rulesets.establish(reporting_currency="USD")
    rate("EUR", "1.1", JAN)
    customer = CustomerFactory()
    sell(customer, 100, JAN, currency="EUR")
    with pytest.raises(ledger.MissingRate, match="EUR on 2025-03-01 or in the 7 days before"):
        sell(customer, 40, MAR)


def test_a_back_dated_change_appends_what_is_known_since() -> None:
    subscription = sell(CustomerFactory(), 100, JAN)
    agree(subscription, 90, JAN, known_on=MAY)
    assert told(subscription.customer) == [(JAN, JAN, "new", 100), (JAN, MAY, "new", 90)]


def test_what_was_told_today_is_taken_back_by_a_revision() -> None:
    subscription = sell(CustomerFactory(), 100, JAN)
    agree(subscription, 100, JAN, known_on=MAY, ends_on=APR)
    agree(subscription, 100, JAN, known_on=MAY)
    assert told(subscription.customer) == [(JAN, JAN, "new", 100), (APR, MAY, "none", 0)]
    assert list(MrrMovement.objects.filter(day=APR).order_by("revision").values_list("revision", "replaces")) == [
        (0, False),
        (1, True),
    ]


def test_a_row_lists_its_versions() -> None:
    subscription = sell(CustomerFactory(), 100, JAN, ends_on=FEB)
    second = agree(subscription, 150, FEB)
    ended = subscription.versions.get(number=1, ends_on=FEB)
    assert MrrMovement.objects.filter(day=FEB).latest("revision").versions == [ended.pk, second.pk]


def test_movements_are_told_on_the_timeline() -> None:
    customer = CustomerFactory()
    sell(customer, 100, JAN, ends_on=MAR, cancelled_on=FEB, churn_kind="involuntary")
    second, first = movements([customer.pk])[::-1]
    assert (first.kind, first.at.date(), first.values["movement"]) == ("mrr_moved", JAN, "new")
    assert second.at.date() == FEB
    assert second.values == {
        "movement": "churn",
        "day": "2025-03-01",
        "amount": "-100.000000",
        "after": "0.000000",
        "currency": "USD",
        "churn_kind": "involuntary",
        "kept": False,
    }
    told = [line.said for line in timeline(customer).lines]
    assert told == ["MRR ended on 1 Mar 2025, the payment having failed: $100", SAID_FIRST]
    page = timeline(customer, size=1)
    assert [line.said for line in timeline(customer, size=1, before=page.older).lines] == [SAID_FIRST]
    assert ("mrr_moved", "MRR") in kinds_of(customer)
    assert not timeline(customer, kinds=["call"]).lines
    assert not TimelineEntry.objects.exists()


def test_only_touched_customers_are_computed() -> None:
    sell(CustomerFactory(), 100, JAN)
    before = MrrMovement.objects.count()
    sell(CustomerFactory(), 100, JAN)
    assert MrrMovement.objects.count() == before + 1
    assert ledger.refresh() == 0


@pytest.mark.parametrize("statement", ["UPDATE {} SET kind = 'new'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["subscriptions_mrrmovement", "subscriptions_mrrmovement_{ruleset}"])
def test_the_ledger_is_append_only(statement: str, table: str) -> None:
    subscription = SubscriptionFactory()
    agree(subscription)
    name = table.format(ruleset=rulesets.current().pk)
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement.format(name))


def test_another_ruleset_has_a_ledger_of_its_own() -> None:
    sell(CustomerFactory(), 100, JAN + timedelta(1))
    first = rulesets.current()
    second = rulesets.establish(past_due_days=10)
    assert ledger.refresh() == 1
    assert set(MrrMovement.objects.values_list("ruleset", flat=True)) == {first.pk, second.pk}


def test_an_end_that_is_not_known_yet_is_told_when_it_comes() -> None:
    ends_on = clock.today() + timedelta(days=9)
    customer = CustomerFactory()
    sell(customer, 100, JAN, ends_on=ends_on)
    assert [line.values["movement"] for line in movements([customer.pk])] == ["new"]
    with time_machine.travel(clock.now() + timedelta(days=10)):
        assert [line.values["movement"] for line in movements([customer.pk])] == ["new", "churn"]


def test_what_was_taken_back_is_told_and_what_is_repeated_is_not() -> None:
    subscription = sell(CustomerFactory(), 100, JAN)
    agree(subscription, 100, JAN, known_on=MAY, ends_on=JAN)
    assert [line.kind for line in movements([subscription.customer_id])] == ["mrr_moved", "mrr_withdrawn"]


@pytest.mark.parametrize(
    ("movement", "said"),
    [
        ("new", "Became a paying customer on 1 Mar 2025: MRR $50.50"),
        ("expansion", "MRR up by $20 on 1 Mar 2025, to $50.50"),
        ("contraction", "MRR down by $20 on 1 Mar 2025, to $50.50"),
        ("churn", "MRR ended on 1 Mar 2025: $20"),
        ("reactivation", "Pays again since 1 Mar 2025: MRR $50.50"),
        ("none", "MRR restated on 1 Mar 2025: $50.50"),
    ],
)
def test_how_movements_are_said(movement: str, said: str) -> None:
    values = {"movement": movement, "day": "2025-03-01", "amount": "-20", "after": "50.5", "currency": "USD"}
    assert SENTENCES["mrr_moved"].say(values) == said
    assert SENTENCES["mrr_withdrawn"].say(values) == "The change of MRR on 1 Mar 2025 was taken back"


def test_an_involuntary_end_is_said_so() -> None:
    values = {"movement": "churn", "day": "2025-03-01", "amount": "-20", "after": "0", "churn_kind": "involuntary"}
    assert SENTENCES["mrr_moved"].say(values | {"currency": "EUR"}).startswith("MRR ended on 1 Mar 2025, the payment")
