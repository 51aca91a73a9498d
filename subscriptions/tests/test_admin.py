from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core import clock
from subscriptions.models import FxRate, Plan
from subscriptions.tests.factories import PlanFactory, bill, rate, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    return client


@pytest.mark.parametrize("model", ["plan", "subscription", "invoice", "fxrate"])
def test_lists_open(administrator: Client, model: str) -> None:
    bill(sell(plan_id=PlanFactory().pk).customer)
    rate("EUR", "1.1")
    assert administrator.get(f"/admin/subscriptions/{model}/").status_code == 200


def test_a_subscription_shows_its_versions_and_takes_no_change(administrator: Client) -> None:
    subscription = sell(amount="123.45")
    address = f"/admin/subscriptions/subscription/{subscription.pk}/change/"
    assert b"123.45" in administrator.get(address).content
    assert administrator.post(address, {}).status_code == 403
    assert administrator.get("/admin/subscriptions/subscription/add/").status_code == 403


def test_a_plan_is_renamed(administrator: Client) -> None:
    plan = PlanFactory()
    no_limits = {"limits-TOTAL_FORMS": 0, "limits-INITIAL_FORMS": 0}
    administrator.post(f"/admin/subscriptions/plan/{plan.pk}/change/", {"name": "Gold"} | no_limits)
    assert Plan.objects.get().name == "Gold"


def test_a_rate_is_added_known_from_today(administrator: Client) -> None:
    form = {"day": "2025-03-01", "currency": "EUR", "rate": "1.1"}
    administrator.post("/admin/subscriptions/fxrate/add/", form)
    added = FxRate.objects.get()
    assert (added.day, added.rate, added.known_on) == (date(2025, 3, 1), Decimal("1.1"), clock.today())


def test_a_bad_rate_is_refused_in_words(administrator: Client) -> None:
    form = {"day": "2025-03-01", "currency": "ABC", "rate": "1.1"}
    answer = administrator.post("/admin/subscriptions/fxrate/add/", form, follow=True)
    assert b"Is not a currency" in answer.content
    assert not FxRate.objects.exists()


def test_only_administrators_come_in(client: Client) -> None:
    client.force_login(UserFactory(role=Role.ANALYST))
    assert client.get("/admin/subscriptions/plan/").status_code == 302
