from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from core.models import Event
from playbooks.domain import bulk_runs
from playbooks.domain.run.starting import Wanted, start
from playbooks.models import Run, Undo
from playbooks.tests.factories import at_work

As = Callable[[User], Client]
Owned = Callable[..., Any]
State = Run.State


@pytest.fixture
def runs(owned: Owned, cast: Cast) -> list[Run]:
    """Two of the owner's customers, and one of somebody else's team: all running."""
    customers = [owned(), owned(), owned(team=cast.other_team, owner=cast.stranger)]
    wanted = [Wanted(customer=one.pk, occasion="hand") for one in customers]
    return start(playbook=at_work(), wanted=wanted, day=clock.today(), at=clock.now())


def bulk(client: Client, act: str, *runs: Run) -> Any:
    ticked = {"runs": [f"{one.uid}" for one in runs], "act": act}
    return client.post("/customers/runs/bulk/?from=runs&state=running", ticked, follow=True)


def undo(client: Client) -> Any:
    return client.post(f"/queue/bulk/undo/{Undo.objects.latest('pk').uid}/?from=runs", follow=True)


def states(runs: list[Run]) -> list[str]:
    return [Run.objects.get(pk=one.pk).state for one in runs]


def test_paused_and_back_but_for_what_was_changed_since(as_user: As, cast: Cast, runs: list[Run]) -> None:
    client = as_user(cast.owner)

    answer = bulk(client, "pause", *runs)

    assert states(runs) == [State.PAUSED, State.PAUSED, State.RUNNING]
    assert "2 runs are paused." in answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/customers/runs/?state=running"
    Run.objects.filter(pk=runs[1].pk).update(state=State.STOPPED, ended_at=clock.now())
    assert "1 stays: somebody has changed it since." in undo(client).content.decode()
    assert states(runs) == [State.RUNNING, State.STOPPED, State.RUNNING]
    assert Event.objects.filter(type="playbooks.run_resumed.v1").count() == 1


def test_they_go_on_and_a_failed_step_is_tried_anew(as_user: As, cast: Cast, runs: list[Run]) -> None:
    Run.objects.filter(pk=runs[0].pk).update(state=State.FAILED, attempts=5, error="No such person")
    Run.objects.filter(pk=runs[1].pk).update(state=State.PAUSED, paused_by=Run.PausedBy.REPLY)
    client = as_user(cast.owner)

    bulk(client, "resume", *runs)

    assert states(runs) == [State.RUNNING, State.RUNNING, State.RUNNING]
    assert set(Run.objects.values_list("attempts", "error", "paused_by")) == {(0, "", "")}
    undo(client)
    assert states(runs) == [State.PAUSED, State.PAUSED, State.RUNNING]


def test_stopped_for_good(as_user: As, cast: Cast, runs: list[Run]) -> None:
    answer = bulk(as_user(cast.owner), "stop", *runs[:2])
    assert states(runs) == [State.STOPPED, State.STOPPED, State.RUNNING]
    assert "2 runs are stopped." in answer.content.decode()
    again = bulk(as_user(cast.owner), "pause", *runs[:2])
    assert "2 stay as they are." in again.content.decode()


def test_who_only_reads_has_no_bar_and_may_not(as_user: As, cast: Cast, runs: list[Run]) -> None:
    assert 'id="bulk"' in as_user(cast.owner).get("/customers/runs/").content.decode()
    client = as_user(cast.analyst)
    assert 'id="bulk"' not in client.get("/customers/runs/").content.decode()
    assert bulk(client, "stop", runs[0]).status_code == 403
    assert states(runs) == [State.RUNNING] * 3


def test_the_same_statements_for_one_and_for_two(cast: Cast, runs: list[Run]) -> None:
    def asked(*ticked: Run) -> int:
        with CaptureQueriesContext(connection) as captured:
            bulk_runs.pause(runs=[one.pk for one in ticked], by=cast.administrator, at=clock.now())
        return len(captured)

    assert asked(runs[0]) == asked(*runs[1:])
