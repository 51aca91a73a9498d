from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from subscriptions.domain import ledger_check, metering, rulesets
from subscriptions.jobs import take_means
from subscriptions.models import MrrMovement, SubscriptionVersion
from subscriptions.tests.factories import bill, sell

pytestmark = pytest.mark.django_db
JAN, FEB, MAR, APR, MAY = (date(2025, month, 1) for month in range(1, 6))


def told(subscription: Any) -> list[tuple[date, str, Decimal]]:
    rows = MrrMovement.objects.filter(customer=subscription.customer).order_by("day", "known_on", "revision")
    last = {row.day: row for row in rows}
    return [(row.day, row.kind, row.after) for row in last.values() if row.before != row.after]


@pytest.mark.parametrize(
    ("metered", "expected"),
    [
        (
            "trailing_mean",
            [
                (JAN, "new", 10),
                (FEB, "expansion", 30),
                (MAR, "expansion", 45),
                (APR, "contraction", 30),
                (MAY, "expansion", 50),
            ],
        ),
        ("committed_minimum", [(JAN, "new", 10)]),
        ("left_out", []),
    ],
)
def test_each_choice_counts_what_it_says(metered: str, expected: list[Any]) -> None:
    rulesets.establish(metered=metered)
    subscription = sell(None, 10, JAN, metered=True)
    for month, amount in ((1, 30), (2, 60), (4, 90)):
        bill(subscription.customer, date(2025, month, 15), amount, subscription_id=subscription.pk)
    for month in (FEB, MAR, APR, MAY):
        metering.run(day=month)
        assert not metering.run(day=month).rows
    assert told(subscription) == expected
    assert not list(ledger_check.differences())


def test_months_that_were_missed_are_made_up_for() -> None:
    rulesets.establish(metered="trailing_mean")
    subscription = sell(None, 10, JAN, metered=True)
    bill(subscription.customer, date(2025, 1, 15), 30, subscription_id=subscription.pk)
    bill(subscription.customer, date(2025, 2, 15), 60, subscription_id=subscription.pk, status="void")
    with time_machine.travel("2025-04-09 01:30"):
        take_means(date(2025, 4, 9))
    assert told(subscription) == [
        (JAN, "new", 10),
        (FEB, "expansion", 30),
        (MAR, "contraction", 15),
        (APR, "contraction", 10),
    ]
    assert not list(ledger_check.differences())


def test_what_is_not_metered_or_is_over_is_left_alone() -> None:
    for more in ({}, {"metered": True, "ends_on": FEB}, {"metered": True, "paused": True}):
        subscription = sell(None, 10, JAN, **more)
        bill(subscription.customer, date(2025, 1, 15), 30, subscription_id=subscription.pk)
    count = SubscriptionVersion.objects.count()
    metering.run(day=MAY)
    assert SubscriptionVersion.objects.count() == count
