from typing import Any

import pytest

from accounts.tests.factories import UserFactory
from core import jobs
from core.consumers import CONSUMERS
from core.domain import events
from core.models import Event
from customers.domain import customers
from customers.domain.customers import CustomerValues
from customers.tests.factories import CustomerFactory, StandingFactory
from playbooks.models import QueueRule, WorkItem
from playbooks.tests.factories import NOW, QueueRuleFactory, WorkItemFactory

pytestmark = pytest.mark.django_db


def receive(consumer: str) -> None:
    """Hand over what there is: which events are due is not asked here."""
    one = CONSUMERS[consumer]
    one.handle(list(Event.objects.filter(type__in=one.types).order_by("pk")))
    jobs.work()


@pytest.mark.parametrize(("told", "opened"), [("one", 1), (None, 2)])
def test_new_standings_are_looked_at(told: Any, opened: int) -> None:
    QueueRule.objects.all().delete()
    QueueRuleFactory()
    one, _other = (StandingFactory(measured={"open_tickets": 1}).customer for _ in range(2))
    events.append(type="health.refreshed.v1", payloads=[{"customers": [one.pk] if told else None}])

    receive("playbooks.queue")

    assert WorkItem.objects.count() == opened


def test_items_follow_the_owner_and_others_stay() -> None:
    before, after, helper = UserFactory(), UserFactory(), UserFactory()
    customer = CustomerFactory(owner=before)
    item, given = WorkItemFactory(customer=customer), WorkItemFactory(customer=customer, owner=helper)
    customers.change(changes=[CustomerValues(customer=customer.pk, values={"owner": after.pk})], by=after, at=NOW)

    receive("playbooks.owners")

    assert [WorkItem.objects.get(pk=one.pk).owner for one in (item, given)] == [after, helper]
