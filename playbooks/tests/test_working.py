from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Role, User
from accounts.tests.factories import TeamFactory, UserFactory
from core.errors import Stale
from core.models import Event
from customers.models import Customer, TimelineEntry
from customers.tests.factories import CustomerFactory, StandingFactory
from playbooks.domain import working
from playbooks.domain.opening import Draft, clear_items, open_items, wake_items
from playbooks.models import WorkItem
from playbooks.tests.factories import NOW, TODAY, WorkItemFactory

pytestmark = pytest.mark.django_db
State = WorkItem.State


def seeing(customer: Customer) -> User:
    """A CSM of a team that serves ``customer``."""
    csm, team = UserFactory(), TeamFactory()
    csm.teams.add(team)
    customer.team = team
    customer.save(update_fields=["team"])
    return csm


def test_a_cause_opens_one_item_and_is_brought_up_to_date() -> None:
    customer, owner = CustomerFactory(), UserFactory()
    draft = Draft(customer_id=customer.pk, cause="rule:a", due_on=TODAY, reasons=[{"key": "score", "value": 40}])

    (item,) = open_items([draft], at=NOW)
    again = open_items(
        [Draft(customer_id=customer.pk, cause="rule:a", due_on=TODAY + timedelta(9), owner_id=owner.pk,
               reasons=[{"key": "score", "value": 30}])], at=NOW)  # fmt: skip

    item.refresh_from_db()
    assert again == []
    assert item.reasons == [{"key": "score", "value": 30}]
    assert (item.due_on, item.owner, item.version) == (TODAY, owner, 1)


def test_opening_tells_its_story() -> None:
    (item,) = open_items([Draft(customer_id=CustomerFactory().pk, cause="rule:a", due_on=TODAY, title="Call")], at=NOW)

    event = Event.objects.get(type="playbooks.work_item_opened.v1")
    assert (event.payload["work_item"], event.payload["cause"]) == (str(item.uid), "rule:a")
    assert TimelineEntry.objects.get(kind="work_item_opened").values["title"] == "Call"


def test_open_items_are_counted_in_the_standing() -> None:
    standing = StandingFactory(customer__created_on=date(2024, 1, 1), measured={"mrr": 5})
    items = open_items(
        [Draft(customer_id=standing.customer_id, cause=f"rule:{n}", due_on=TODAY) for n in range(2)], at=NOW
    )
    standing.refresh_from_db()
    assert (standing.open_work_items, standing.measured["mrr"], standing.as_of) == (2, 5, TODAY)

    working.complete(item=items[0], version=1, outcome="solved", by=UserFactory(), at=NOW)

    standing.refresh_from_db()
    assert standing.open_work_items == 1


def test_completing_closes_with_outcome_and_person() -> None:
    item, csm = WorkItemFactory(), UserFactory()

    working.complete(item=item, version=1, outcome="no_answer", by=csm, at=NOW)

    item.refresh_from_db()
    assert (item.state, item.outcome, item.closed_by, item.closed_at) == (State.DONE, "no_answer", csm, NOW)
    assert Event.objects.get(type="playbooks.work_item_completed.v1").payload["outcome"] == "no_answer"


def test_two_editors_the_second_is_refused() -> None:
    item = WorkItemFactory()
    csm = seeing(item.customer)
    working.reassign(item=item, version=1, to=csm, by=csm, at=NOW)

    with pytest.raises(Stale):
        working.complete(item=item, version=1, outcome="solved", by=csm, at=NOW)

    item.refresh_from_db()
    assert (item.state, item.owner) == (State.OPEN, csm)


def test_a_closed_item_is_not_completed_again() -> None:
    item, csm = WorkItemFactory(), UserFactory()
    working.complete(item=item, version=1, outcome="solved", by=csm, at=NOW)

    with pytest.raises(Stale):
        working.complete(item=item, version=2, outcome="no_answer", by=csm, at=NOW)


def test_a_snoozed_item_is_back_on_its_day() -> None:
    item, csm = WorkItemFactory(), UserFactory()

    working.snooze(item=item, version=1, until=TODAY + timedelta(3), reason="their_turn", by=csm, at=NOW)

    waiting = WorkItem.objects.waiting
    assert item not in waiting(TODAY + timedelta(2))
    assert item in waiting(TODAY + timedelta(3))
    assert wake_items(today=TODAY + timedelta(3)) == 1
    item.refresh_from_db()
    assert (item.state, item.snoozed_until, item.snooze_reason) == (State.OPEN, None, "")


@pytest.mark.parametrize("done", ["completed", "snoozed"])
def test_undo_opens_it_again(done: str) -> None:
    item, csm = WorkItemFactory(), UserFactory()
    if done == "completed":
        working.complete(item=item, version=1, outcome="solved", by=csm, at=NOW)
    else:
        working.snooze(item=item, version=1, until=TODAY + timedelta(3), reason="our_turn", by=csm, at=NOW)

    working.reopen(item=item, version=2, by=csm, at=NOW)

    assert (item.state, item.outcome, item.closed_at, item.snoozed_until) == (State.OPEN, "", None, None)


def test_undo_is_refused_where_the_cause_opened_anew() -> None:
    item, csm = WorkItemFactory(cause="rule:a"), UserFactory()
    working.complete(item=item, version=1, outcome="solved", by=csm, at=NOW)
    WorkItemFactory(customer=item.customer, cause="rule:a")

    with pytest.raises(Stale):
        working.reopen(item=item, version=2, by=csm, at=NOW)


def test_a_task_by_hand_is_a_promise_and_its_words_are_text() -> None:
    customer = CustomerFactory()
    csm = seeing(customer)

    item = working.add_task(customer=customer, words="Call Ana", due_on=TODAY, owner=csm, by=csm, at=NOW)

    assert (item.title, item.text.body, item.lane, item.owner) == ("", "Call Ana", "promised", csm)
    assert item.text.customer == customer
    assert TimelineEntry.objects.get(kind="work_item_opened").text == item.text


@pytest.mark.parametrize("role", [Role.CSM, Role.ANALYST])
def test_work_is_not_given_to_who_cannot_do_it(role: Role) -> None:
    item, stranger = WorkItemFactory(), UserFactory(role=role)

    with pytest.raises(ValidationError, match="may not write"):
        working.reassign(item=item, version=1, to=stranger, by=UserFactory(), at=NOW)
    with pytest.raises(ValidationError, match="may not write"):
        working.add_task(customer=item.customer, words="Call", due_on=TODAY, owner=stranger, by=stranger, at=NOW)

    assert WorkItem.objects.get().owner == item.owner


def test_clearing_closes_only_what_is_live() -> None:
    item, done = WorkItemFactory(), WorkItemFactory(state=State.DONE, closed_at=NOW)

    assert clear_items([item.pk, done.pk], at=NOW) == [item]

    item.refresh_from_db()
    assert (item.state, item.closed_at) == (State.CLEARED, NOW)
