import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core.clock import AsOf
from customers.tests.factories import TouchpointFactory
from health.domain import scoring
from health.models import BacktestRun, Scorecard, ScorecardDraft
from health.tests.factories import definition, group
from subscriptions.tests.factories import sell

pytestmark = pytest.mark.django_db

EDIT = reverse("health:scorecard", args=["customers"])
PUBLISH = reverse("health:publish-scorecard", args=["customers"])
DISCARD = reverse("health:discard-draft", args=["customers"])


def client(role: str = "administrator") -> Client:
    browser = Client()
    browser.force_login(UserFactory(role=role))
    return browser


def strict() -> str:
    return json.dumps(definition(groups=[group("p", 1, days_since_touch=[[0, 10], [9, 0]])]))


def test_a_draft_is_previewed_on_real_customers_and_published():
    Scorecard.objects.filter(key="customers").update(position=1)
    today = AsOf.live().day
    customer = sell().customer
    TouchpointFactory(customer=customer, day=today.replace(day=1), known_on=today.replace(day=1))
    browser = client()
    assert browser.post(EDIT, {"definition": strict()}).status_code == 302
    page = browser.get(EDIT).content.decode()
    assert "1 of 1 customers would change band" in page
    assert customer.name in page
    before = Scorecard.objects.get(key="customers").versions.count()
    assert browser.post(PUBLISH).status_code == 302
    assert Scorecard.objects.get(key="customers").versions.count() == before + 1
    assert not ScorecardDraft.objects.exists()
    assert scoring.score(AsOf.live()).band[0] == "risk"


@pytest.mark.parametrize("wrong", ["{", "[]", '{"groups": []}'])
def test_every_mistake_is_named_and_nothing_kept(wrong):
    answer = client().post(EDIT, {"definition": wrong})
    assert answer.status_code == 400
    assert not ScorecardDraft.objects.exists()


def test_a_draft_is_thrown_away():
    browser = client()
    browser.post(EDIT, {"definition": strict()})
    assert browser.post(DISCARD).status_code == 302
    assert not ScorecardDraft.objects.exists()


@pytest.mark.parametrize("role", ["csm", "lead", "analyst"])
def test_only_administrators_change_scorecards(role):
    browser = client(role)
    for address in (EDIT, PUBLISH, DISCARD, reverse("health:test-measures")):
        assert browser.post(address, {"definition": strict()}).status_code == 403
    assert not ScorecardDraft.objects.exists()
    assert browser.get(reverse("health:scorecards")).status_code == 200


def test_the_catalogue_defines_every_measure_and_tests_each_alone():
    customer = sell().customer
    TouchpointFactory(customer=customer)
    scoring.refresh()
    browser = client()
    page = browser.get(reverse("health:measures")).content.decode()
    assert "days_since_touch" in page
    assert "Nobody has yet tested" in page
    assert browser.post(reverse("health:test-measures")).status_code == 302
    assert BacktestRun.objects.get().asked["subjects"] == ["measures"]
    assert "0 of 12 days" in browser.get(reverse("health:measures")).content.decode()
