"""Seats are known to the subscriptions, their use to the usage: one reads the other by key."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core import clock
from core.clock import AsOf
from core.models import Event
from customers.tests.factories import CustomerFactory
from subscriptions.models import PlanLimit
from subscriptions.tests.factories import PlanFactory, sell
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


def test_a_plan_says_what_its_units_hold():
    customer = CustomerFactory()
    use(customer, ago(3), events=300, persons=["ana", "ben"])
    subscription = sell(customer, quantity=2, plan_id=PlanFactory().pk)
    plan = subscription.versions.get().plan
    assert (value("seats", customer), value("limit_use_28", customer)) == (2, None)
    PlanLimit.objects.create(plan=plan, seats=5, events=500, day=ago(30), known_on=ago(30))
    assert (value("seats", customer), value("seat_use_28", customer)) == (10, 0.2)
    assert (value("events_in_plan_28", customer), value("limit_use_28", customer)) == (1000, 0.3)
    PlanLimit.objects.create(plan=plan, events=100, day=ago(1), known_on=D)
    assert value("seats", customer) == 10, "not known yet"
    later = AsOf(D, D + timedelta(days=1))
    assert (value("seats", customer, later), value("limit_use_28", customer, later)) == (2, 1.5)


def test_what_is_entered_for_the_customer_goes_before_the_plan():
    customer = CustomerFactory()
    use(customer, ago(3), events=300)
    plan = sell(customer, plan_id=PlanFactory().pk).versions.get().plan
    PlanLimit.objects.create(plan=plan, events=100, day=ago(30), known_on=ago(30))
    Entitlement.objects.create(customer=customer, events=600, day=ago(20), known_on=ago(20))
    assert value("limit_use_28", customer) == 0.5


def test_an_administrator_says_what_a_plan_holds(client):
    client.force_login(UserFactory(role="administrator"))
    plan = sell(CustomerFactory(), plan_id=PlanFactory().pk).versions.get().plan
    said = {"limits-TOTAL_FORMS": 1, "limits-INITIAL_FORMS": 0, "limits-0-seats": 25, "limits-0-plan": plan.pk}
    address = reverse("admin:subscriptions_plan_change", args=[plan.pk])
    client.post(address, {"name": plan.name} | said)
    made = plan.limits.get()
    assert (made.seats, made.events, made.known_on) == (25, None, clock.today())
    assert Event.objects.filter(type="subscriptions.plan_limited.v1").count() == 1
    client.force_login(UserFactory(role="lead"))
    assert client.post(address, {"name": plan.name} | said).status_code in {302, 403}
    assert plan.limits.count() == 1
