"""Ruling 10 in scores, both ways: a feed that is dead is missing data, a customer gone dark on a live feed is zero."""

from datetime import date, timedelta

import pytest
import time_machine

from core.clock import AsOf
from customers.models import Band, Customer
from customers.tests.factories import CustomerFactory
from health.domain import scoring
from health.domain.versions import publish
from health.models import Scorecard
from health.tests.factories import definition, group
from subscriptions.tests.factories import sell
from usage.tests.factories import days, use

D = date(2026, 3, 20)
LAST = 40  # days ago: after that the customer did nothing

pytestmark = pytest.mark.django_db


def ago(count: int) -> date:
    return D - timedelta(days=count)


@pytest.fixture
def customer() -> Customer:
    """Somebody who pays for long and was active every day, until 40 days ago."""
    made = sell().customer
    use(made, *days(ago(LAST + 60), 60))
    return made


@pytest.fixture(autouse=True)
def usage_and_tenure() -> None:
    """60 % for active days, 40 % for tenure, and half of it suffices where the other half is not measured."""
    Scorecard.objects.filter(key="customers").update(position=1)
    groups = [
        group("usage", 60, active_days_28=[[0, 0], [20, 100]]),
        group("tenure", 40, tenure_days=[[0, 0], [100, 100]]),
    ]
    made = definition(groups=groups, bands={"good": 70, "watch": 45}, minimum_coverage=0.3)
    with time_machine.travel(date(2020, 1, 1)):
        publish(scorecard=Scorecard.objects.get(key="customers"), definition=made)


def scored(customer: Customer, day: date = D) -> tuple[float, str, float]:
    found = scoring.score(AsOf.at(day), [customer.pk])
    return round(float(found.score[0]), 2), found.band[0], round(float(found.coverage[0]), 2)


def test_as_long_as_they_used_it_all_was_well(customer: Customer) -> None:
    assert scored(customer, ago(LAST)) == (100, Band.GOOD, 1)


def test_a_customer_gone_dark_on_a_live_feed_falls_and_turns_red(customer: Customer) -> None:
    use(CustomerFactory(), *days(ago(60), 60))
    assert scored(customer) == (40, Band.RISK, 1)


def test_a_dead_feed_lowers_the_coverage_and_not_the_score(customer: Customer) -> None:
    use(CustomerFactory(), *days(ago(60), 60 - LAST))
    assert scored(customer) == (100, Band.GOOD, 0.4)


def test_a_dead_feed_is_told_from_a_dark_customer_by_what_came_in_of_others_only(customer: Customer) -> None:
    other = CustomerFactory()
    use(other, ago(8))
    assert scored(customer) == (100, Band.GOOD, 0.4)
    use(other, ago(7))
    assert scored(customer) == (40, Band.RISK, 1)


def test_with_too_little_left_a_dead_feed_makes_it_unknown_never_red(customer: Customer) -> None:
    groups = [group("usage", 90, active_days_28=[[0, 0], [20, 100]]), group("tenure", 10, tenure_days=[[0, 0], [9, 9]])]
    with time_machine.travel(date(2020, 2, 1)):
        publish(scorecard=Scorecard.objects.get(key="customers"), definition=definition(groups=groups))
    _score, band, coverage = scored(customer)
    assert (band, coverage) == (Band.UNKNOWN, 0.1)
