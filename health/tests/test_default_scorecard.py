from datetime import date, timedelta

import pytest

from core.clock import AsOf
from core.models import Source
from customers.models import Customer
from customers.tests.factories import ContactFactory, TicketStateFactory, TouchpointFactory
from health.domain.scoring import score
from subscriptions.tests.factories import sell
from surveys.tests.factories import ResponseFactory
from usage.domain.features import classify
from usage.tests.factories import days, use

D = date(2026, 3, 20)

pytestmark = pytest.mark.django_db


def ago(count: int) -> date:
    return D - timedelta(days=count)


def loved() -> Customer:
    """A customer with whom everything is well, but for what they do in the product."""
    customer = sell().customer
    contacts = [ContactFactory(customer=customer, role=role, since=ago(200)) for role in ("champion", "user", "user")]
    TouchpointFactory(customer=customer, day=ago(3))
    ResponseFactory(customer=customer, contact=contacts[0], score=10, day=ago(9))
    return customer


def band(customer: Customer) -> str:
    result = score(AsOf.at(D), [customer.pk])
    return result.band[0]


@pytest.fixture(autouse=True)
def _a_live_feed() -> None:
    classify(kinds={"board": "core"}, known_on=ago(300))
    use(sell().customer, *days(ago(56), 56))


def test_a_customer_in_daily_use_is_good() -> None:
    customer = loved()
    use(customer, *days(ago(60), 60), feature="board", persons=["ana", "bo"])
    assert band(customer) == "good"


def test_a_customer_gone_dark_on_a_live_feed_is_at_risk_however_loved() -> None:
    customer = loved()
    use(customer, *days(ago(120), 60), feature="board", persons=["ana", "bo"])
    assert band(customer) == "risk"


def test_a_dead_feed_is_no_risk() -> None:
    customer = loved()
    old = Source.objects.create(key="old", label="Old product")
    use(customer, *days(ago(120), 60), feature="board", persons=["ana", "bo"], source=old)
    assert band(customer) == "good"


def test_use_that_collapsed_is_at_risk() -> None:
    customer = loved()
    use(customer, *days(ago(56), 28), feature="board", events=100)
    use(customer, *days(ago(28), 28), feature="board", events=39)
    assert band(customer) == "risk"


@pytest.mark.parametrize(("escalations", "expected"), [(1, "good"), (2, "risk")])
def test_two_escalations_are_a_risk(escalations: int, expected: str) -> None:
    customer = loved()
    use(customer, *days(ago(60), 60), feature="board", persons=["ana", "bo"])
    for _ in range(escalations):
        TicketStateFactory(ticket__customer=customer, day=ago(10), escalated=True)
    assert band(customer) == expected
