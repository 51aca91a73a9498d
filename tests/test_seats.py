"""Seats are known to the subscriptions, their use to the usage: one reads the other by key."""

from datetime import timedelta

import pytest

from core.clock import AsOf
from customers.tests.factories import CustomerFactory
from subscriptions.tests.factories import sell
from usage.models import Entitlement
from usage.tests.factories import days, use
from usage.tests.test_measures import D, ago, value

pytestmark = pytest.mark.django_db


def test_seats_are_those_entered_else_those_subscribed():
    customer = CustomerFactory()
    use(customer, *days(ago(5), 3), persons=["ana", "ben", "cem"])
    assert value("seat_use_28", customer) is None
    sell(customer, quantity=12)
    assert value("seats", customer) == 12
    assert value("seat_use_28", customer) == 0.25
    Entitlement.objects.create(customer=customer, seats=6, day=ago(20), known_on=ago(20))
    assert value("seat_use_28", customer) == 0.5
    assert value("seat_use_28", customer, AsOf.at(ago(20))) is None, "no use by then"
    Entitlement.objects.create(customer=customer, seats=3, day=ago(1), known_on=D)
    assert value("seat_use_28", customer) == 0.5, "not known yet"
    assert value("seat_use_28", customer, AsOf(D, D + timedelta(days=1))) == 1
