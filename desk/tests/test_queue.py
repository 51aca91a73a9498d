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
from playbooks.models import Lane, WorkItem

Task = Callable[..., WorkItem]
As = Callable[[User], Client]


def shown(client: Client, address: str = "/queue/") -> list[WorkItem]:
    return [row.item for row in client.get(address).context["board"].rows]


def test_behind_sign_in(client: Client, db: None) -> None:
    assert client.get("/queue/").status_code == 302


def test_a_csm_sees_their_own_by_rank(as_user: As, cast: Cast, task: Task, owned: Any) -> None:
    small, big = task(), task(customer=owned(standing={"mrr": 9000}))
    task(owner=cast.mate)

    assert shown(as_user(cast.owner)) == [big, small]


@pytest.mark.parametrize(("person", "count"), [("mate", 1), ("lead", 1), ("administrator", 1), ("analyst", 1),
                                              ("stranger", 0)])  # fmt: skip
def test_who_sees_a_task(as_user: As, cast: Cast, task: Task, person: str, count: int) -> None:
    task()

    assert len(shown(as_user(getattr(cast, person)), "/queue/?who=all")) == count


def test_a_lead_sees_the_team_at_first(as_user: As, cast: Cast, task: Task) -> None:
    item = task()

    assert shown(as_user(cast.lead)) == [item]
    assert shown(as_user(cast.lead), f"/queue/?who={cast.mate.uid}") == []


def test_filters(as_user: As, cast: Cast, task: Task) -> None:
    today = clock.today()
    soon, late = task(due_on=today), task(lane=Lane.GROWTH, cause="hand:1", due_on=today + timedelta(30))
    client = as_user(cast.owner)

    assert shown(client, "/queue/?due=0") == [soon]
    assert shown(client, "/queue/?lane=growth") == [late]
    assert shown(client, "/queue/?kind=hand") == [late]
    assert shown(client, "/queue/?who=nonsense&due=x&kind=x") == [soon, late]


def test_snoozed_ones_rest(as_user: As, cast: Cast, task: Task) -> None:
    today = clock.today()
    task(state="snoozed", snoozed_until=today + timedelta(1))
    back = task(state="snoozed", snoozed_until=today)

    assert shown(as_user(cast.owner)) == [back]


def test_each_entry_says_why(as_user: As, cast: Cast, task: Task) -> None:
    item = task(reasons=[{"key": "active_users_28", "value": 19, "before": 41, "days": 28}])

    client = as_user(cast.owner)

    assert "active users 41 → 19 in 4 weeks" in client.get("/queue/").content.decode()
    assert "chance to leave" in client.get(f"/queue/?item={item.uid}").content.decode()


def test_the_asked_item_is_open_and_htmx_gets_its_pane_alone(as_user: As, cast: Cast, task: Task) -> None:
    task()
    item = task()
    client = as_user(cast.owner)

    answer = client.get(f"/queue/?item={item.uid}")
    pane = client.get(f"/queue/?item={item.uid}", headers={"HX-Request": "true", "HX-Target": "pane"})

    assert answer.context["board"].chosen.item == pane.context["board"].chosen.item == item
    assert "<html" in answer.content.decode()
    assert pane.content.decode().lstrip().startswith("<aside")


def test_an_analyst_looks_but_cannot_act(as_user: As, cast: Cast, task: Task) -> None:
    item = task()

    page = as_user(cast.analyst).get(f"/queue/?item={item.uid}").content.decode()

    assert "Why it is here" in page
    assert "Complete" not in page


def test_empty_it_says_what_will_come(as_user: As, cast: Cast) -> None:
    client = as_user(cast.owner)

    assert "Tasks come by themselves" in client.get("/queue/").content.decode()
    assert "Nothing fits this view" in client.get("/queue/?lane=risk").content.decode()


def test_done_today_is_counted(as_user: As, cast: Cast, task: Task) -> None:
    task()
    task(state="done", closed_at=clock.now(), closed_by=cast.owner)
    task(state="done", closed_at=clock.now() - timedelta(2), closed_by=cast.owner)

    board = as_user(cast.owner).get("/queue/").context["board"]

    assert (board.done, board.total) == (1, 2)


def test_the_number_of_queries_is_fixed(as_user: As, cast: Cast, task: Task) -> None:
    client = as_user(cast.owner)
    counts = []
    for count in (1, 2):
        for _ in range(count):
            task()
        client.get("/queue/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/queue/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


class TestDay:
    @pytest.fixture(autouse=True)
    def two_a_day(self, cast: Cast) -> None:
        cast.owner.tasks_a_day = 2
        cast.owner.save()

    def test_what_is_not_for_today_is_counted_and_shown_when_asked(self, as_user: As, cast: Cast, task: Task) -> None:
        items = [task(due_on=clock.today() + timedelta(days)) for days in range(4)]
        client = as_user(cast.owner)

        assert shown(client) == items[:2]
        assert "Next: 2 tasks for another day" in client.get("/queue/").content.decode()
        assert shown(client, "/queue/?rest=on") == items
        assert shown(client, "/queue/?lane=risk") == items

    def test_an_item_behind_the_day_is_shown_among_all(self, as_user: As, cast: Cast, task: Task) -> None:
        items = [task(due_on=clock.today() + timedelta(days)) for days in range(4)]

        answer = as_user(cast.owner).get(f"/queue/?item={items[3].uid}")

        assert answer.context["board"].chosen.item == items[3]

    def test_done_today_takes_its_place(self, as_user: As, cast: Cast, task: Task) -> None:
        first, _second = task(), task()
        for _ in range(2):
            task(state="done", closed_at=clock.now(), closed_by=cast.owner)
        client = as_user(cast.owner)

        assert shown(client) == []
        assert "Done for today" in client.get("/queue/").content.decode()
        assert shown(client, f"/queue/?item={first.uid}")[0] == first

    def test_a_leads_whole_team_is_not_cut(self, as_user: As, cast: Cast, task: Task) -> None:
        for _ in range(3):
            task()

        assert len(shown(as_user(cast.lead), "/queue/?who=all")) == 3
        assert len(shown(as_user(cast.lead), f"/queue/?who={cast.owner.uid}")) == 2

    def test_the_size_of_a_day_is_ones_own_to_set(self, as_user: As, cast: Cast) -> None:
        client = as_user(cast.owner)

        client.post("/queue/pace/", {"tasks_a_day": "7"})
        client.post("/queue/pace/", {"tasks_a_day": "0"})

        cast.owner.refresh_from_db()
        assert cast.owner.tasks_a_day == 7

    def test_an_analyst_has_no_day(self, as_user: As, cast: Cast) -> None:
        assert as_user(cast.analyst).post("/queue/pace/", {"tasks_a_day": "7"}).status_code == 403
