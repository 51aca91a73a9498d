import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core import clock
from customers.models import Standing
from customers.tests.factories import CustomerFactory
from playbooks.domain.triggers import evaluate
from playbooks.models import QueueRule, WorkItem
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("playbooks:queue-rules"), reverse("playbooks:new-queue-rule")
LOW = {"rule::word": "all", "rule::count": "1", "rule:0:was": "measure.score", "rule:0:key": "measure.score"}
LOW |= {"rule:0:op": "<", "rule:0:value": "40"}
TYPED = {"title": "Call them", "lane": "risk", "due_in_days": "3", "rest_days": "14", "is_active": "on"}
TYPED |= {"reasons_0": "score", "reasons_1": "attribute.stage", "reasons_2": "score"}


@pytest.fixture
def administrator(client):
    user = UserFactory(role="administrator")
    client.force_login(user)
    return user


def typed(client, address, more):
    return client.post(address, fields_of(client.get(address)) | more)


def test_a_rule_is_written_without_json_and_fills_the_queue(client, administrator):
    QueueRule.objects.all().delete()
    assert typed(client, NEW, TYPED | LOW).status_code == 302
    rule = QueueRule.objects.get(key="call-them")
    assert (rule.reasons, rule.lane, rule.due_in_days, rule.rest_days) == (["score", "attribute.stage"], "risk", 3, 14)
    assert rule.rule == {"all": [{"key": "measure.score", "op": "<", "value": 40}]}
    customer = CustomerFactory(stage="onboarding")
    Standing.objects.create(customer=customer, as_of=clock.today(), score=30, measured={"score": 30})
    evaluate(day=clock.today(), at=clock.now())
    item = WorkItem.objects.get(customer=customer)
    assert [reason["key"] for reason in item.reasons] == ["score", "attribute.stage"]
    listed = client.get(LIST).content.decode()
    assert "Call them" in listed
    assert "below 40" in listed


def test_it_is_changed_and_keeps_its_key(client, administrator):
    typed(client, NEW, TYPED | LOW)
    typed(client, NEW, TYPED | LOW)
    assert QueueRule.objects.filter(key="call-them-2").exists()
    address = reverse("playbooks:queue-rule", args=["call-them"])
    changed = {"title": "Write to them", "rule:0:value": "30", "is_active": "on"}
    assert typed(client, address, changed).status_code == 302
    rule = QueueRule.objects.get(key="call-them")
    assert (rule.title, rule.rule["all"][0]["value"], rule.is_active) == ("Write to them", 30, True)


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"rule:0:value": ""}, {"reasons_0": "", "reasons_1": "", "reasons_2": ""}]
)
def test_what_is_not_finished_is_not_kept(client, administrator, wrong):
    assert typed(client, NEW, TYPED | LOW | wrong).status_code == 422
    assert not QueueRule.objects.filter(title="Call them").exists()


def test_one_that_made_tasks_is_switched_off_not_deleted(client, administrator):
    typed(client, NEW, TYPED | LOW)
    rule = QueueRule.objects.get(key="call-them")
    address = reverse("playbooks:delete-queue-rule", args=[rule.key])
    task = WorkItem.objects.create(
        customer=CustomerFactory(), cause=rule.cause, title="x", due_on=clock.today(), opened_at=clock.now()
    )
    assert "Switch it off" in client.post(address, follow=True).content.decode()
    task.delete()
    client.post(address)
    assert not QueueRule.objects.filter(key="call-them").exists()


@pytest.mark.parametrize("role", ["csm", "lead", "analyst"])
def test_administrators_only(client, role):
    client.force_login(UserFactory(role=role))
    rule = QueueRule.objects.first()
    for address in (LIST, NEW, reverse("playbooks:queue-rule", args=[rule.key])):
        assert client.get(address).status_code == 403
    assert client.post(NEW, TYPED | LOW).status_code == 403
    assert client.post(reverse("playbooks:delete-queue-rule", args=[rule.key])).status_code == 403


def test_the_list_asks_as_often_for_all_as_for_one(client, administrator, django_assert_num_queries):
    client.get(LIST)
    with CaptureQueriesContext(connection) as all_rules:
        client.get(LIST)
    QueueRule.objects.exclude(pk=QueueRule.objects.first().pk).delete()
    with django_assert_num_queries(len(all_rules)):
        client.get(LIST)
