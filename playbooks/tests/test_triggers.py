from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.models import Event
from customers.models import Customer, Standing
from customers.tests.factories import CustomerFactory, StandingFactory
from playbooks.domain import triggers, working
from playbooks.models import QueueRule, WorkItem
from playbooks.tests.factories import NOW, TODAY, HandMadeFactory, QueueRuleFactory, WorkItemFactory

pytestmark = pytest.mark.django_db
State = WorkItem.State


@pytest.fixture
def rule() -> QueueRule:
    QueueRule.objects.all().delete()
    return QueueRuleFactory(key="asks", rest_days=28)


def asking(tickets: int = 2, **of_customer: Any) -> Customer:
    """A customer with open tickets."""
    customer = CustomerFactory(**of_customer)
    StandingFactory(customer=customer, measured={"open_tickets": tickets, "score": 40, "score_change_30": -14})
    return customer


def evaluate(days: int = 0, **kwargs: Any) -> triggers.Evaluated:
    return triggers.evaluate(day=TODAY + timedelta(days), at=NOW + timedelta(days), **kwargs)


def answer(customer: Customer) -> None:
    Standing.objects.filter(customer=customer).update(measured={"open_tickets": 0})


def test_who_fits_gets_an_item_for_the_owner(rule: QueueRule) -> None:
    owner = UserFactory()
    customer = asking(owner=owner)
    asking(tickets=0)

    assert evaluate() == triggers.Evaluated(opened=1, cleared=0, woken=0)

    item = WorkItem.objects.get()
    assert (item.customer, item.owner, item.cause, item.title) == (customer, owner, "rule:asks", "Talk to them")
    assert item.due_on == TODAY + timedelta(rule.due_in_days)
    assert item.reasons == [{"key": "score", "value": 40, "before": 54, "days": 30, "as_of": f"{TODAY}"}]


def test_work_falls_due_before_the_deadline_it_is_about(rule: QueueRule) -> None:
    QueueRule.objects.update(reasons=["days_to_notice", "days_to_renewal"])
    for left in ({"days_to_notice": 2, "days_to_renewal": 60}, {"days_to_renewal": 4}, {"days_to_notice": 90}):
        StandingFactory(customer=CustomerFactory(), as_of=TODAY, measured={"open_tickets": 2, **left})

    evaluate()

    days = [(item.due_on - TODAY).days for item in WorkItem.objects.order_by("customer_id")]
    assert days == [2, 4, rule.due_in_days]


def test_a_deadline_may_be_told_as_a_date(rule: QueueRule) -> None:
    QueueRule.objects.update(reasons=["leaves_on", "notice_on"])
    for days in (3, -3):
        values = {"open_tickets": 2, "leaves_on": f"{TODAY + timedelta(days)}"}
        StandingFactory(customer=CustomerFactory(), as_of=TODAY, measured=values)

    evaluate()

    due = [(item.due_on - TODAY).days for item in WorkItem.objects.order_by("customer_id")]
    assert due == [3, rule.due_in_days]


def test_twice_is_once(rule: QueueRule) -> None:
    asking()
    evaluate()
    before = list(WorkItem.objects.values())

    assert evaluate() == triggers.Evaluated(0, 0, 0)

    assert list(WorkItem.objects.values()) == before
    assert Event.objects.filter(type="playbooks.work_item_opened.v1").count() == 1


def test_whose_rule_no_longer_holds_is_cleared(rule: QueueRule) -> None:
    customer = asking()
    evaluate()
    answer(customer)

    assert evaluate(1).cleared == 1

    assert WorkItem.objects.get().state == State.CLEARED


def test_a_rule_out_of_use_clears_what_it_opened(rule: QueueRule) -> None:
    asking()
    evaluate()
    QueueRule.objects.update(is_active=False)

    assert evaluate(1).cleared == 1


def test_tasks_by_hand_are_left_alone(rule: QueueRule) -> None:
    HandMadeFactory()

    assert evaluate().cleared == 0


def test_what_was_worked_rests(rule: QueueRule) -> None:
    asking()
    evaluate()
    working.complete(item=WorkItem.objects.get(), version=1, outcome="reached", by=UserFactory(), at=NOW)

    assert evaluate(27).opened == 0
    assert evaluate(28).opened == 1


def test_what_was_cleared_opens_again_at_once(rule: QueueRule) -> None:
    customer = asking()
    evaluate()
    answer(customer)
    evaluate(1)
    Standing.objects.filter(customer=customer).update(measured={"open_tickets": 1})

    assert evaluate(2).opened == 1


def test_a_snoozed_item_wakes_and_is_not_doubled(rule: QueueRule) -> None:
    asking()
    evaluate()
    until = TODAY + timedelta(3)
    working.snooze(item=WorkItem.objects.get(), version=1, until=until, reason="our_turn", by=UserFactory(), at=NOW)

    assert evaluate(2) == triggers.Evaluated(0, 0, 0)
    assert evaluate(3) == triggers.Evaluated(0, 0, 1)


def test_one_customer_alone_can_be_looked_at(rule: QueueRule) -> None:
    one, other = asking(), asking()
    evaluate()
    answer(one)
    answer(other)

    assert evaluate(1, customers=[one.pk]).cleared == 1

    assert WorkItem.objects.get(state=State.OPEN).customer == other


def test_archived_customers_are_left_out(rule: QueueRule) -> None:
    asking(archived_on=date(2025, 5, 1))

    assert evaluate().opened == 0


def test_the_number_of_statements_does_not_grow(rule: QueueRule) -> None:
    counts = []
    for count in (1, 3):
        for _ in range(count):
            asking()
        with CaptureQueriesContext(connection) as queries:
            evaluate(count)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_rule_that_cannot_be_read_stops_no_other(rule: QueueRule, caplog: Any) -> None:
    customer = asking()
    broken = QueueRuleFactory(key="broken", rule={"all": [{"key": "measure.gone", "op": ">", "value": 1}]})
    kept = WorkItemFactory(customer=customer, cause=broken.cause)

    assert evaluate() == triggers.Evaluated(opened=1, cleared=0, woken=0)

    kept.refresh_from_db()
    assert kept.state == State.OPEN
    assert "broken" in caplog.text
