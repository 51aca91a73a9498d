from datetime import timedelta

import pytest

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core import clock
from customers.tests.factories import CustomerFactory, StandingFactory
from playbooks.models import WorkItem
from playbooks.tests.factories import WorkItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return WorkItemFactory(customer=StandingFactory(mrr=500, band="risk").customer)


def test_a_task_is_added(writer):
    customer, owner = CustomerFactory(), UserFactory(role=Role.ADMINISTRATOR)
    new = {"customer": str(customer.uid), "text": "Call them", "due_on": f"{clock.today()}", "owner": owner.email}
    answer = writer.post("work-items/", new, Idempotency_Key="t1")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["title"], answer.json()["owner"], answer.json()["lane"]) == (
        "Call them",
        owner.email,
        "promised",
    )
    assert writer.post("work-items/", new, Idempotency_Key="t1").json() == answer.json()
    assert WorkItem.objects.count() == 1
    analyst = UserFactory(role=Role.ANALYST)
    assert writer.post("work-items/", new | {"owner": analyst.email}).status_code == 409
    assert writer.post("work-items/", new | {"owner": "nobody@holdfast.test"}).status_code == 409


def test_a_task_is_completed_once(writer, item):
    seen = writer.get(f"work-items/{item.uid}/")["ETag"]
    answer = writer.post(f"work-items/{item.uid}/complete/", {"outcome": "solved"}, If_Match=seen)
    assert (answer.status_code, answer.json()["state"]) == (200, "done")
    again = writer.post(f"work-items/{item.uid}/complete/", {"outcome": "reached"}, If_Match=seen)
    assert again.status_code == 412
    assert writer.post(f"work-items/{item.uid}/complete/", {"outcome": "reached"}).status_code == 409
    item.refresh_from_db()
    assert item.outcome == "solved"


def test_a_task_is_snoozed(writer, item):
    address = f"work-items/{item.uid}/snooze/"
    past = writer.post(address, {"until": f"{clock.today()}", "reason": "their_turn"})
    assert (past.status_code, past.json()["errors"][0]["field"]) == (409, "until")
    back = clock.today() + timedelta(days=7)
    answer = writer.post(address, {"until": f"{back}", "reason": "their_turn"})
    assert (answer.json()["state"], answer.json()["snoozed_until"]) == ("snoozed", f"{back}")
    assert writer.get("queue/").json()["results"] == []


def test_tasks_of_another_team_are_not_there(of_north, item):
    assert of_north.rows("work-items/") == []
    assert of_north.get("queue/").json()["results"] == []
    assert of_north.get(f"work-items/{item.uid}/").status_code == 404
    assert of_north.post(f"work-items/{item.uid}/complete/", {"outcome": "solved"}).status_code == 404


def test_the_queue_is_in_its_order(reader, item):
    first = WorkItemFactory(customer=StandingFactory(mrr=9000, band="risk").customer, due_on=item.due_on)
    found = reader.get("queue/").json()["results"]
    assert [one["id"] for one in found] == [str(first.uid), str(item.uid)]
    assert found[0]["rank"] > found[1]["rank"]
    assert len(reader.get("queue/?limit=1").json()["results"]) == 1
    assert len(reader.rows(f"work-items/?customer={item.customer.uid}&state=open")) == 1
