from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from customers.models import Touchpoint
from customers.tests.factories import ContactFactory
from playbooks.models import WorkItem

Task = Callable[..., WorkItem]
As = Callable[[User], Client]
HTMX = {"HX-Request": "true", "HX-Target": "board"}
State = WorkItem.State


def post(client: Client, item: WorkItem, act: str, query: str = "", **data: Any) -> Any:
    headers = data.pop("headers", None)
    data = {"version": item.version, **data}
    return client.post(f"/tasks/{item.uid}/{act}/{query}", data, headers=headers)


def test_complete_leads_to_the_next(as_user: As, cast: Cast, task: Task, owned: Any) -> None:
    second, first = task(), task(customer=owned(standing={"mrr": 9000}))
    client = as_user(cast.owner)

    answer = post(client, first, "complete", "?who=mine", outcome="solved")

    first.refresh_from_db()
    assert (first.state, first.outcome, first.closed_by) == (State.DONE, "solved", cast.owner)
    assert answer.headers["Location"] == f"/queue/?who=mine&item={second.uid}"


def test_work_is_given_only_to_who_sees_the_customer(as_user: As, cast: Cast, task: Task) -> None:
    """A lead of two teams can't hand a task to a CSM of the team that the customer isn't in."""
    item = task()
    cast.lead.teams.add(cast.other_team)

    post(as_user(cast.lead), item, "reassign", to=cast.stranger.uid)

    item.refresh_from_db()
    assert item.owner == cast.owner

    post(as_user(cast.lead), item, "reassign", to=cast.mate.uid)

    item.refresh_from_db()
    assert item.owner == cast.mate


def test_the_last_one_leads_to_the_one_before(as_user: As, cast: Cast, task: Task, owned: Any) -> None:
    last, first = task(), task(customer=owned(standing={"mrr": 9000}))

    answer = post(as_user(cast.owner), last, "complete", outcome="solved")

    assert answer.headers["Location"].endswith(f"{first.uid}")


def test_htmx_gets_the_board_with_the_next_and_an_undo(as_user: As, cast: Cast, task: Task, owned: Any) -> None:
    second, first = task(), task(customer=owned(standing={"mrr": 9000}))

    answer = post(as_user(cast.owner), first, "complete", outcome="solved", headers=HTMX)

    page = answer.content.decode()
    assert answer.context["board"].chosen.item == second
    assert page.lstrip().startswith('<div class="board"')
    assert f"/tasks/{first.uid}/undo/?version=2" in page


def test_complete_logs_the_touchpoint(as_user: As, cast: Cast, task: Task) -> None:
    item = task()
    contact = ContactFactory(customer=item.customer)

    post(as_user(cast.owner), item, "complete", outcome="reached", kind="call", contact=contact.pk, two_way="on",
         note="They will decide in May.")  # fmt: skip

    logged = Touchpoint.objects.get()
    assert (logged.kind, logged.contact, logged.two_way, logged.by) == ("call", contact, True, cast.owner)
    assert logged.text.body == "They will decide in May."


def test_snooze(as_user: As, cast: Cast, task: Task) -> None:
    item, until = task(), clock.today() + timedelta(5)

    post(as_user(cast.owner), item, "snooze", reason="their_turn", until=f"{until}")

    item.refresh_from_db()
    assert (item.state, item.snoozed_until, item.snooze_reason) == (State.SNOOZED, until, "their_turn")


@pytest.mark.parametrize(
    ("until", "words"), [(clock.today, "Choose a day after today."), (lambda: "9999-01-01", "within five years")]
)
def test_snooze_until_an_odd_day_is_refused_and_says_so(
    as_user: As, cast: Cast, task: Task, until: Any, words: str
) -> None:
    item = task()

    answer = post(as_user(cast.owner), item, "snooze", reason="their_turn", until=f"{until()}", headers=HTMX)

    item.refresh_from_db()
    assert item.state == State.OPEN
    assert words in answer.content.decode()


def test_hand_over_and_back(as_user: As, cast: Cast, task: Task) -> None:
    item = task()
    client = as_user(cast.owner)

    answer = post(client, item, "reassign", to=cast.mate.uid, headers=HTMX)

    item.refresh_from_db()
    assert item.owner == cast.mate
    address = next(message.extra_tags for message in answer.context["messages"])
    client.post(address)
    item.refresh_from_db()
    assert item.owner == cast.owner


def test_to_another_team_it_cannot_be_handed(as_user: As, cast: Cast, task: Task) -> None:
    item = task()

    post(as_user(cast.owner), item, "reassign", to=cast.stranger.uid)

    item.refresh_from_db()
    assert item.owner == cast.owner


def test_undo_opens_it_and_shows_it(as_user: As, cast: Cast, task: Task) -> None:
    item = task()
    client = as_user(cast.owner)
    post(client, item, "complete", outcome="solved")

    answer = client.post(f"/tasks/{item.uid}/undo/?version=2&who=mine")

    item.refresh_from_db()
    assert item.state == State.OPEN
    assert answer.headers["Location"] == f"/queue/?who=mine&item={item.uid}"


def test_the_second_of_two_editors_is_told(as_user: As, cast: Cast, task: Task) -> None:
    item = task()
    WorkItem.objects.filter(pk=item.pk).update(version=2)

    answer = post(as_user(cast.owner), item, "complete", outcome="solved", headers=HTMX)

    item.refresh_from_db()
    assert item.state == State.OPEN
    assert "Somebody else has changed this task" in answer.content.decode()


def test_back_to_the_customer_and_nowhere_else(as_user: As, cast: Cast, task: Task) -> None:
    client, home = as_user(cast.owner), task().customer.get_absolute_url()

    assert post(client, task(), "complete", outcome="solved", back=home).headers["Location"] == home
    elsewhere = post(client, task(), "complete", outcome="solved", back="https://evil.test/")
    assert elsewhere.headers["Location"].startswith("/queue/")


@pytest.mark.parametrize("act", ["complete", "snooze", "reassign", "undo"])
class TestGuards:
    def test_a_stranger_finds_nothing(self, as_user: As, cast: Cast, task: Task, act: str) -> None:
        assert post(as_user(cast.stranger), task(), act).status_code == 404

    def test_an_analyst_may_not(self, as_user: As, cast: Cast, task: Task, act: str) -> None:
        assert post(as_user(cast.analyst), task(), act).status_code == 403

    def test_a_get_changes_nothing(self, as_user: As, cast: Cast, task: Task, act: str) -> None:
        assert as_user(cast.owner).get(f"/tasks/{task().uid}/{act}/").status_code == 405


def test_a_call_is_logged_and_the_task_stays(as_user: As, cast: Cast, task: Task) -> None:
    item = task()
    client = as_user(cast.owner)
    sent = {"kind": "call", "on": f"{clock.today()}", "two_way": "on", "note": "They like it.", "once": f"{uuid4()}"}

    for _twice in range(2):
        answer = post(client, item, "log", **sent)

    item.refresh_from_db()
    logged = Touchpoint.objects.get(customer=item.customer)
    assert (logged.kind, logged.two_way, item.state) == ("call", True, State.OPEN)
    assert answer.headers["Location"].endswith(f"{item.uid}")
