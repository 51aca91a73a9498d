from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.faults import Refused
from core.models import Event
from subscriptions.domain import rulesets, versions
from subscriptions.domain.versions import Version
from subscriptions.models import Ruleset, Subscription, SubscriptionVersion
from subscriptions.tests.factories import PlanFactory, SubscriptionFactory, rate

pytestmark = pytest.mark.django_db

JAN, FEB, MAR, APR, MAY = (date(2025, month, 1) for month in range(1, 6))
TODAY = date(2025, 11, 3)


def plain(subscription: Subscription, **more: Any) -> Version:
    return Version(**{"subscription_id": subscription.pk, "starts_on": JAN, "amount": Decimal(100), **more})


def stored(subscription: Subscription) -> list[tuple[Any, ...]]:
    rows = SubscriptionVersion.objects.filter(subscription=subscription).order_by("number", "known_on", "id")
    return list(rows.values_list("number", "known_on", "ends_on"))


def record(*rows: Version, known_on: date | None = None) -> versions.Recorded:
    return versions.record(versions=rows, known_on=known_on, today=TODAY)


def refused(*rows: Version) -> list[tuple[int, str, str]]:
    with pytest.raises(Refused) as error:
        record(*rows)
    return [(fault.row, fault.field, fault.rule) for fault in error.value.faults]


def test_history_knows_a_version_from_its_start_and_its_end_from_the_end_itself() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription, ends_on=MAR))
    assert stored(subscription) == [(1, JAN, None), (1, MAR, MAR)]


def test_history_knows_an_end_from_the_cancellation() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription, ends_on=MAR, cancelled_on=FEB, churn_kind="voluntary", reason="price"))
    assert stored(subscription) == [(1, JAN, None), (1, FEB, MAR)]
    opened, closed = subscription.versions.order_by("id")
    assert (opened.cancelled_on, opened.churn_kind, opened.reason) == (None, "", "")
    assert (closed.cancelled_on, closed.churn_kind, closed.reason) == (FEB, "voluntary", "price")


def test_a_version_without_length_has_one_row() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription, ends_on=JAN))
    assert stored(subscription) == [(1, JAN, JAN)]


def test_history_does_not_know_an_end_before_it_comes() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription, ends_on=date(2026, 1, 1), term_ends_on=date(2026, 1, 1)))
    assert stored(subscription) == [(1, JAN, None), (1, date(2026, 1, 1), date(2026, 1, 1))]


def test_a_change_that_is_to_come_is_known_from_its_load() -> None:
    subscription = SubscriptionFactory()
    later = date(2026, 1, 1)
    record(plain(subscription, ends_on=later), plain(subscription, starts_on=later, amount=Decimal(120)))
    assert stored(subscription) == [(1, JAN, None), (1, TODAY, later), (1, later, later), (2, TODAY, None)]


def test_what_is_not_history_is_known_today() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription, ends_on=MAR), known_on=TODAY)
    assert stored(subscription) == [(1, TODAY, MAR)]


def test_the_same_again_changes_nothing() -> None:
    subscription = SubscriptionFactory()
    rows = plain(subscription, ends_on=MAR), plain(subscription, starts_on=MAR, plan_id=PlanFactory().pk)
    assert record(*rows).rows == 3
    assert record(*rows) == versions.Recorded(0, ())
    assert record(*rows, known_on=TODAY) == versions.Recorded(0, ())


def test_an_end_that_became_known_is_one_new_row() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription))
    record(plain(subscription, ends_on=MAR), known_on=TODAY)
    assert stored(subscription) == [(1, JAN, None), (1, TODAY, MAR)]


def test_a_correction_keeps_the_number_and_is_known_later() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription))
    record(plain(subscription, amount=Decimal(90)), known_on=TODAY)
    assert stored(subscription) == [(1, JAN, None), (1, TODAY, None)]
    assert [version.mrr for version in subscription.versions.order_by("id")] == [100, 90]


def test_a_cancellation_can_be_withdrawn_before_it_was_known() -> None:
    subscription = SubscriptionFactory()
    ends_on = date(2026, 1, 1)
    record(plain(subscription, ends_on=ends_on))
    record(plain(subscription), known_on=TODAY)
    assert stored(subscription) == [(1, JAN, None), (1, TODAY, None), (1, ends_on, ends_on), (1, ends_on, None)]


def test_a_successor_that_is_known_tells_that_the_one_before_has_ended() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription, ends_on=MAR, cancelled_on=MAY), plain(subscription, starts_on=MAR))
    assert stored(subscription) == [(1, JAN, None), (1, MAR, MAR), (1, MAY, MAR), (2, MAR, None)]


def test_the_mrr_is_stored() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription, amount=Decimal(2000), interval="year", quantity=Decimal(4)))
    assert subscription.versions.get().mrr == Decimal("166.666667")


def test_faults_name_row_field_and_rule() -> None:
    one, two = SubscriptionFactory(), SubscriptionFactory()
    assert refused(
        plain(one, amount=Decimal(-1), currency="XXX"),  # ISO's own code for "no currency"
        plain(two, ends_on=date(2024, 1, 1), interval="decade"),
        replace(plain(two), subscription_id=None),  # type: ignore[arg-type]
        plain(two, quantity=Decimal(-1), churn_kind="odd", trial_ends_on=date(2024, 1, 1)),
    ) == [
        (0, "amount", "not_negative"),
        (0, "currency", "currency"),
        (1, "interval", "choice"),
        (1, "ends_on", "order"),
        (2, "subscription_id", "required"),
        (3, "quantity", "not_negative"),
        (3, "trial_ends_on", "order"),
        (3, "churn_kind", "choice"),
    ]
    assert not SubscriptionVersion.objects.exists()


def test_versions_of_one_subscription_do_not_overlap() -> None:
    subscription = SubscriptionFactory()
    rows = plain(subscription, ends_on=APR), plain(subscription, starts_on=MAR)
    assert refused(*rows) == [(1, "starts_on", "overlap")]
    assert refused(plain(subscription), plain(subscription, starts_on=MAR)) == [(1, "starts_on", "overlap")]


def test_a_new_version_does_not_overlap_a_known_one() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription, ends_on=APR))
    assert refused(plain(subscription, starts_on=MAR)) == [(0, "starts_on", "overlap")]
    record(plain(subscription, ends_on=MAR), plain(subscription, starts_on=MAR), known_on=TODAY)


def test_versions_of_two_subscriptions_may_overlap() -> None:
    record(plain(SubscriptionFactory(), ends_on=APR), plain(SubscriptionFactory(), starts_on=MAR))


def test_a_foreign_price_needs_a_rate_where_it_moves_mrr() -> None:
    rulesets.establish(reporting_currency="USD")
    subscription = SubscriptionFactory()
    rate("EUR", "1.1", date(2024, 12, 26))
    record(plain(subscription, currency="EUR"))
    assert refused(plain(SubscriptionFactory(), currency="EUR", starts_on=FEB)) == [(0, "starts_on", "rate")]


def test_the_first_load_decides_the_reporting_currency() -> None:
    rate("USD", "0.9")
    record(*(plain(SubscriptionFactory(), currency=currency) for currency in ("USD", "USD", "EUR")))
    assert Ruleset.objects.get().settings["reporting_currency"] == "EUR"


def test_a_live_write_tells_its_story_and_history_does_not() -> None:
    subscription = SubscriptionFactory()
    record(plain(subscription))
    assert not Event.objects.exists()
    record(plain(subscription, ends_on=MAR), known_on=TODAY)
    moved, event = Event.objects.order_by("pk")
    assert moved.type == "subscriptions.movement_recorded.v1"
    assert event.type == "subscriptions.version_recorded.v1"
    assert event.payload["customer"] == subscription.customer_id
    assert event.payload["ends_on"] == "2025-03-01"
