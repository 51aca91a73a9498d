from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from core.clock import AsOf
from customers.models import Customer, Touchpoint
from customers.registry import gather
from playbooks.models import Undo, WorkItem

Task = Callable[..., WorkItem]
As = Callable[[User], Client]
HTMX = {"HX-Request": "true", "HX-Target": "board"}
State = WorkItem.State


def tick(*items: WorkItem) -> list[str]:
    return [f"{item.uid}:{item.version}" for item in items]


def bulk(client: Client, act: str, *items: WorkItem, **data: Any) -> Any:
    return client.post(f"/queue/bulk/{act}/?who=mine", {"items": tick(*items), **data}, headers=HTMX)


def undo(client: Client) -> Any:
    return client.post(f"/queue/bulk/undo/{Undo.objects.latest('pk').uid}/")


def states(*items: WorkItem) -> list[str]:
    return [WorkItem.objects.get(pk=item.pk).state for item in items]


def test_several_are_completed_and_taken_back(as_user: As, cast: Cast, task: Task) -> None:
    first, second, third = task(), task(), task()
    client = as_user(cast.owner)

    answer = bulk(client, "complete", first, second, outcome="not_needed")

    assert states(first, second, third) == [State.DONE, State.DONE, State.OPEN]
    assert "2 tasks are done." in answer.content.decode()
    assert [row.item for row in answer.context["board"].rows] == [third]
    undo(client)
    assert states(first, second) == [State.OPEN, State.OPEN]
    undo(client)
    assert WorkItem.objects.get(pk=first.pk).version == 3, "taken back once"


def test_several_rest(as_user: As, cast: Cast, task: Task) -> None:
    first, second = task(), task()
    until = clock.today() + timedelta(3)

    bulk(as_user(cast.owner), "snooze", first, second, reason="bad_moment", until=f"{until}")

    assert set(WorkItem.objects.values_list("state", "snoozed_until")) == {(State.SNOOZED, until)}


def test_several_are_handed_over_and_back(as_user: As, cast: Cast, task: Task, owned: Any) -> None:
    mine, theirs, foreign = task(), task(owner=cast.lead), task(customer=owned(team=cast.other_team))
    client = as_user(cast.administrator)

    answer = bulk(client, "reassign", mine, theirs, foreign, to=cast.mate.uid)

    assert [item.owner for item in WorkItem.objects.order_by("pk")] == [cast.mate, cast.mate, cast.owner]
    assert "1 stays as it is." in answer.content.decode()
    undo(client)
    assert [item.owner for item in WorkItem.objects.order_by("pk")] == [cast.owner, cast.lead, cast.owner]


def test_what_somebody_changed_meanwhile_is_left(as_user: As, cast: Cast, task: Task) -> None:
    first, second = task(), task()
    WorkItem.objects.filter(pk=second.pk).update(version=2)

    bulk(as_user(cast.owner), "complete", first, second, outcome="solved")

    assert states(first, second) == [State.DONE, State.OPEN]


def test_a_cause_that_opened_anew_is_not_opened_twice(as_user: As, cast: Cast, task: Task) -> None:
    item = task()
    client = as_user(cast.owner)
    bulk(client, "complete", item, outcome="solved")
    task(customer=item.customer, cause=item.cause)

    undo(client)

    assert states(item) == [State.DONE]


@pytest.mark.parametrize("data", [{}, {"reason": "their_turn", "until": "1999-01-01"}])
def test_what_cannot_be_read_changes_nothing(as_user: As, cast: Cast, task: Task, data: Any) -> None:
    item = task()
    client = as_user(cast.owner)

    answer = bulk(client, "snooze", item, **data)
    client.post("/queue/bulk/complete/", {"items": ["nonsense", "x:y"], "outcome": "solved"})

    assert "The tasks are as they were." in answer.content.decode()
    assert states(item) == [State.OPEN]


@pytest.mark.parametrize(("person", "status"), [("stranger", 200), ("analyst", 403)])
def test_who_may_not(as_user: As, cast: Cast, task: Task, person: str, status: int) -> None:
    item = task()

    answer = bulk(as_user(getattr(cast, person)), "complete", item, outcome="solved")

    assert (answer.status_code, states(item)) == (status, [State.OPEN])


def test_only_who_did_it_takes_it_back(as_user: As, cast: Cast, task: Task) -> None:
    item = task()
    bulk(as_user(cast.owner), "complete", item, outcome="solved")

    assert undo(as_user(cast.mate)).status_code == 404
    assert states(item) == [State.DONE]


def test_undo_takes_back_the_touchpoint_that_was_logged(as_user: As, cast: Cast, task: Task) -> None:
    item = task()
    client = as_user(cast.owner)
    told = {"version": item.version, "outcome": "solved", "kind": "call", "two_way": "on"}
    answer = client.post(f"/tasks/{item.uid}/complete/", told, headers=HTMX)
    address = next(message.extra_tags for message in answer.context["messages"])
    live = AsOf.live()
    assert gather(live, ["touches_90"])["touches_90"].tolist() == [1]

    as_user(cast.mate).post(address)
    assert Touchpoint.objects.filter(taken_back=None).count() == 1, "what somebody else logged stays"

    WorkItem.objects.filter(pk=item.pk).update(state=State.DONE, closed_at=clock.now(), version=2)
    as_user(cast.owner).post(address)

    assert Touchpoint.objects.filter(taken_back=None).count() == 0
    assert gather(live, ["days_since_touch"], [item.customer_id]).measured("days_since_touch").tolist() == [False]


class TestTeam:
    def test_the_load_of_each(self, as_user: As, cast: Cast, task: Task) -> None:
        today = clock.today()
        task(due_on=today - timedelta(1))
        task(due_on=today)
        task(state="snoozed", snoozed_until=today + timedelta(3))
        task(state="done", closed_at=clock.now(), closed_by=cast.owner)
        task(owner=None)

        rows = [row for row, _form in as_user(cast.lead).get("/queue/team/").context["rows"]]

        by_name = {str(row.person): row for row in rows}
        owner = by_name["Olive Owner"]
        assert (owner.open, owner.overdue, owner.due_today, owner.snoozed, owner.done) == (2, 1, 1, 1, 1)
        assert (owner.capacity, owner.is_over) == (19, False)
        assert by_name["None"].open == 1
        assert "Stan Stranger" not in by_name

    def test_tasks_go_to_another_while_somebody_is_away(self, as_user: As, cast: Cast, task: Task) -> None:
        item = task()
        client = as_user(cast.lead)

        client.post(f"/queue/team/{cast.owner.uid}/hand-over/?from=team", {"to": cast.mate.uid, "what": "tasks"})

        item.refresh_from_db()
        assert (item.owner, item.customer.owner) == (cast.mate, cast.owner)
        undo(client)
        item.refresh_from_db()
        assert item.owner == cast.owner

    def test_a_whole_book_with_its_tasks_and_back(self, as_user: As, cast: Cast, task: Task, owned: Any) -> None:
        item, quiet, foreign = task(), owned(), owned(team=cast.other_team)
        client = as_user(cast.lead)

        client.post(f"/queue/team/{cast.owner.uid}/hand-over/", {"to": cast.mate.uid, "what": "book"})

        whose = dict(Customer.objects.values_list("pk", "owner"))
        assert whose == {item.customer_id: cast.mate.pk, quiet.pk: cast.mate.pk, foreign.pk: cast.owner.pk}
        undo(client)
        assert set(Customer.objects.values_list("owner", flat=True)) == {cast.owner.pk}
        assert WorkItem.objects.get().owner == cast.owner

    @pytest.mark.parametrize("person", ["owner", "stranger", "analyst"])
    def test_not_by_anybody(self, as_user: As, cast: Cast, task: Task, person: str) -> None:
        item = task()
        client = as_user(getattr(cast, person))

        answer = client.post(f"/queue/team/{cast.owner.uid}/hand-over/", {"to": cast.mate.uid, "what": "book"})

        assert answer.status_code == 403
        item.refresh_from_db()
        assert item.owner == cast.owner

    def test_a_lead_gives_nobody_elses_people_work(self, as_user: As, cast: Cast, task: Task) -> None:
        client = as_user(cast.lead)
        for data in ({"to": cast.stranger.uid, "what": "book"}, {"to": cast.owner.uid, "what": "book"}):
            client.post(f"/queue/team/{cast.owner.uid}/hand-over/", data)
        assert client.post(f"/queue/team/{cast.stranger.uid}/hand-over/", {}).status_code == 404

    def test_the_number_of_queries_is_fixed(self, as_user: As, cast: Cast, task: Task) -> None:
        client = as_user(cast.lead)
        counts = []
        for count in (1, 2):
            for _ in range(count):
                task()
            client.get("/queue/team/")
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/queue/team/").status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 12
