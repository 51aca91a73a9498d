from datetime import date

import pytest
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core import clock
from customers.domain import filters
from customers.models import SavedFilter
from customers.rules import users_of, users_of_filter
from customers.tests.factories import CustomerFactory
from health.models import Signal, SignalHold, SignalRule
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db
NEW = reverse("health:new-signal-rule")
LOW = {"rule::word": "all", "rule::count": "1", "rule:0:was": "measure.score", "rule:0:key": "measure.score"}
LOW |= {"rule:0:op": "<", "rule:0:value": "40"}


@pytest.fixture
def administrator(client):
    user = UserFactory(role="administrator")
    client.force_login(user)
    return user


def test_a_rule_is_made_and_changed(client, administrator):
    typed = {"name": "Low", "hold_days": "3", "most_share": "2.5", "is_on": "on"}
    assert client.post(NEW, fields_of(client.get(NEW)) | typed | LOW).status_code == 302
    rule = SignalRule.objects.get(name="Low")
    assert (rule.hold_days, float(rule.most_share), rule.is_on) == (3, 0.025, True)
    assert rule.rule == {"all": [{"key": "measure.score", "op": "<", "value": 40}]}
    SignalHold.objects.create(rule=rule, customer=CustomerFactory(), since=date(2026, 1, 1))
    address = reverse("health:signal-rule", args=[rule.key])
    assert client.post(address, fields_of(client.get(address)) | {"name": "Lower"}).status_code == 302
    assert SignalHold.objects.count() == 1
    client.post(address, fields_of(client.get(address)) | {"rule:0:value": "30"})
    rule.refresh_from_db()
    assert (rule.name, rule.rule["all"][0]["value"], rule.most_share * 100) == ("Lower", 30, 2.5)
    assert not SignalHold.objects.exists()  # other conditions begin anew


def test_what_is_not_finished_is_said_and_not_kept(client, administrator):
    count = SignalRule.objects.count()
    answer = client.post(NEW, fields_of(client.get(NEW)) | {"name": "Low"} | LOW | {"rule:0:value": ""})
    assert answer.status_code == 422
    assert "Fill in a number." in answer.content.decode()
    assert SignalRule.objects.count() == count


def test_a_rule_that_opened_signals_is_switched_off_not_deleted(client, administrator):
    rule = SignalRule.objects.create(key="low", name="Low", rule={"all": []}, most_share=1)
    signal = Signal.objects.create(rule=rule, customer=CustomerFactory(), opened_on=date(2026, 1, 1))
    address = reverse("health:delete-signal-rule", args=["low"])
    assert "Switch it off" in client.post(address, follow=True).content.decode()
    signal.delete()
    client.post(address)
    assert not SignalRule.objects.filter(key="low").exists()


def test_a_signal_rule_holds_on_to_what_it_reads(administrator):
    low = {"key": "attribute.industry", "op": "missing"}
    saved: SavedFilter = filters.save(name="Ours", rule=low, by=administrator, at=clock.now())
    SignalRule.objects.create(key="low", name="Low", rule={"all": [low, {"filter": str(saved.uid)}]}, most_share=1)
    assert "Low" in users_of("attribute.industry")
    assert users_of_filter(saved) == ["Low"]


@pytest.mark.parametrize("role", ["csm", "lead", "analyst"])
def test_only_administrators_say_when(client, role):
    client.force_login(UserFactory(role=role))
    rule = SignalRule.objects.first()
    for address in (NEW, reverse("health:signal-rule", args=[rule.key])):
        assert client.post(address, LOW).status_code == 403
        assert client.get(address).status_code == 403
    assert client.post(reverse("health:delete-signal-rule", args=[rule.key])).status_code == 403
