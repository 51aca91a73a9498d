"""Runs move on: each step once, whatever happens to the worker."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tests.factories import TeamFactory, UserFactory
from core import clock
from core.failpoints import Broken, armed
from core.models import Event, Job
from customers.models import Customer
from customers.tests.factories import CustomerFactory, StandingFactory
from playbooks.domain import working
from playbooks.domain.run import ending, engine
from playbooks.domain.run.starting import Wanted, start
from playbooks.models import Playbook, Run, RunStep, WorkItem
from playbooks.tests.factories import TASK, at_work

pytestmark = pytest.mark.django_db
State = Run.State
WAIT = {"kind": "wait", "for": "days", "days": 3}


def begin(playbook: Playbook, *customers: Customer, occasion: str = "hand:1", ago: int = 0) -> list[Run]:
    at = clock.now() - timedelta(days=ago, seconds=1)
    wanted = [Wanted(customer=one.pk, occasion=occasion) for one in customers or (CustomerFactory(),)]
    return start(playbook=playbook, wanted=wanted, day=clock.today(at), at=at)


def owned(**of_customer: Any) -> Customer:
    return CustomerFactory(owner=UserFactory(), **of_customer)


def pass_time(run: Run) -> None:
    """As if what the run waits for had come."""
    Run.objects.filter(pk=run.pk).update(due_at=clock.now() - timedelta(seconds=1))


def test_a_task_opens_for_the_owner_with_its_words() -> None:
    customer = owned(name="Northwind")
    begin(at_work({**TASK, "words": "They are {customer}."}), customer)

    assert engine.advance() == 1

    item = WorkItem.objects.get()
    assert (item.title, item.owner, item.state) == ("Call Northwind", customer.owner, "open")
    assert item.text and item.text.body == "They are Northwind."
    assert item.due_on == clock.today() + timedelta(days=2)
    assert Run.objects.get().state == State.DONE
    assert RunStep.objects.get().work_item == item


def test_a_wait_holds_what_comes_after_it() -> None:
    (run,) = begin(at_work(WAIT, TASK), owned())

    assert engine.advance() == 1
    assert not WorkItem.objects.exists()
    assert Run.objects.get().due_at.date() >= clock.today() + timedelta(days=2)

    pass_time(run)
    assert engine.advance() == 1
    assert WorkItem.objects.exists()


def test_a_wait_for_a_task_ends_with_the_task() -> None:
    playbook = at_work(TASK, {"kind": "wait", "for": "task", "days": 14}, {"kind": "set", "key": "stage", "value": "x"})
    (run,) = begin(playbook, owned())
    engine.advance()
    item = WorkItem.objects.get()
    assert Run.objects.get().waits_for == item

    working.complete(item=item, version=item.version, outcome="solved", by=UserFactory(), at=clock.now())
    from playbooks.receivers import go_on_after_tasks

    go_on_after_tasks(list(Event.objects.filter(type="playbooks.work_item_completed.v1")))
    engine.advance()

    run.refresh_from_db()
    assert run.state == State.DONE
    assert run.customer.__class__.objects.get(pk=run.customer_id).stage == "x"


@pytest.mark.parametrize(("tickets", "said"), [(2, ["Yes", "After"]), (0, ["No", "After"])])
def test_a_branch_goes_one_way_and_on(tickets: int, said: list[str]) -> None:
    rule = {"all": [{"key": "measure.open_tickets", "op": ">", "value": 0}]}
    one, other, after = ({**TASK, "title": title} for title in ("Yes", "No", "After"))
    playbook = at_work({"kind": "branch", "rule": rule}, one, {"kind": "otherwise"}, other, {"kind": "end"}, after)
    customer = owned()
    StandingFactory(customer=customer, measured={"open_tickets": tickets})
    begin(playbook, customer)

    assert engine.advance() == 3

    assert list(WorkItem.objects.order_by("pk").values_list("title", flat=True)) == said


def test_a_branch_on_the_outcome_of_the_task() -> None:
    solved = {"kind": "branch", "on": "outcome", "outcome": "solved"}
    steps = (TASK, {"kind": "wait", "for": "task", "days": 9}, solved, {"kind": "set", "key": "stage", "value": "well"})
    (run,) = begin(at_work(*steps, {"kind": "end"}), owned())
    engine.advance()
    item = WorkItem.objects.get()
    working.complete(item=item, version=item.version, outcome="solved", by=UserFactory(), at=clock.now())
    pass_time(run)
    engine.advance()

    assert Customer.objects.get(pk=run.customer_id).stage == "well"


def test_another_playbook_is_started() -> None:
    other = at_work(TASK)
    begin(at_work({"kind": "start", "playbook": other.key}), owned())

    engine.advance()

    assert Run.objects.filter(playbook=other).count() == 1
    assert WorkItem.objects.count() == 1


@pytest.mark.parametrize("place", ["playbooks.before_write", "playbooks.before_commit"])
def test_a_worker_that_dies_before_it_commits_has_done_nothing(place: str) -> None:
    begin(at_work(TASK, {**TASK, "title": "Again"}), owned())
    with armed(f"{place}=raise"), pytest.raises(Broken):
        engine._together(_claimed(), [Run.objects.get().pk])

    assert (WorkItem.objects.count(), RunStep.objects.count()) == (0, 0)

    Run.objects.update(leased_until=clock.now() - timedelta(minutes=1))
    assert engine.advance() == 2
    assert WorkItem.objects.count() == 2


def _claimed() -> Any:
    from uuid import uuid4

    claim = uuid4()
    engine._claim(claim, 10)
    return claim


def test_who_has_lost_the_lease_does_nothing() -> None:
    begin(at_work(TASK), owned())
    stale = _claimed()
    Run.objects.update(leased_until=clock.now() - timedelta(minutes=1))
    fresh = _claimed()
    ids = [Run.objects.get().pk]

    assert engine._together(stale, ids) == 0
    assert engine._together(fresh, ids) == 1
    assert WorkItem.objects.count() == 1


def test_what_is_leased_is_left_alone() -> None:
    begin(at_work(TASK), owned())
    _claimed()

    assert engine.advance() == 0


def broken() -> Playbook:
    """A playbook whose step cannot be done: its attribute is gone."""
    playbook = at_work(TASK)
    version = playbook.active
    assert version
    content = {**version.content, "steps": [{"kind": "set", "key": "gone", "value": "x"}]}
    playbook.active = type(version).objects.create(
        playbook=playbook, number=99, content=content, published_at=clock.now()
    )
    playbook.save()
    return playbook


def test_a_step_that_fails_stops_no_other_and_is_tried_again() -> None:
    begin(broken(), owned())
    begin(at_work(TASK), owned())

    assert engine.advance() == 1

    stuck = Run.objects.get(attempts=1)
    assert "no attribute" in stuck.error
    assert stuck.state == State.RUNNING
    assert stuck.due_at > clock.now()


def test_a_step_that_fails_time_and_again_is_stuck_until_somebody_resumes_it() -> None:
    (run,) = begin(broken(), owned())
    for _ in range(engine.ATTEMPTS):
        pass_time(run)
        engine.advance()
    run.refresh_from_db()
    assert run.state == State.FAILED

    ending.resume(run=run, by=UserFactory(), at=clock.now())
    run.refresh_from_db()
    assert (run.state, run.attempts, run.error) == (State.RUNNING, 0, "")


def test_paused_runs_stand_still_and_resume() -> None:
    (run,) = begin(at_work(TASK), owned())
    by = UserFactory()
    ending.pause(run=run, by=by, at=clock.now())
    assert engine.advance() == 0

    ending.resume(run=run, by=by, at=clock.now())
    assert engine.advance() == 1


def test_a_wait_is_cut_short_and_a_step_skipped() -> None:
    (run,) = begin(at_work(WAIT, TASK, {"kind": "set", "key": "stage", "value": "x"}), owned())
    by = UserFactory()
    engine.advance()

    ending.skip(run=run, index=1, by=by, at=clock.now())
    assert not RunStep.objects.filter(skipped=True).exists()
    ending.skip(run=run, index=1, by=by, at=clock.now())
    engine.advance()

    assert not WorkItem.objects.exists()
    assert Run.objects.get().state == State.DONE
    assert list(RunStep.objects.filter(skipped=True).values_list("index", flat=True)) == [1]


def test_stopping_closes_the_open_task() -> None:
    (run,) = begin(at_work(TASK, WAIT), owned())
    engine.advance()

    ending.stop(run=run, by=UserFactory(), at=clock.now())

    assert WorkItem.objects.get().state == WorkItem.State.CLEARED
    assert Run.objects.get().state == State.STOPPED


def test_a_run_keeps_its_version() -> None:
    playbook = at_work(TASK)
    (run,) = begin(playbook, owned())
    version = playbook.active
    assert version
    playbook.active = type(version).objects.create(
        playbook=playbook, number=2, content={**version.content, "steps": []}, published_at=clock.now()
    )
    playbook.save()

    assert engine.advance() == 1
    assert Run.objects.get(pk=run.pk).of == version


def test_work_goes_to_the_lead_the_named_or_who_has_least() -> None:
    team = TeamFactory()
    lead, busy, free = UserFactory(role=Role.LEAD), UserFactory(), UserFactory()
    for user in (lead, busy, free):
        user.teams.add(team)
    customer = CustomerFactory(team=team, owner=busy)
    begin(at_work(TASK), customer)
    engine.advance()
    steps = [
        {**TASK, "title": role, "owner": {"role": role, "user": str(lead.uid)}}
        for role in ("lead", "named", "least_loaded", "owner")
    ]
    begin(at_work(*steps), customer)
    engine.advance()

    found = dict(WorkItem.objects.exclude(title__startswith="Call").values_list("title", "owner"))
    assert found == {"lead": lead.pk, "named": lead.pk, "least_loaded": free.pk, "owner": busy.pk}


def test_the_work_of_an_owner_who_left_goes_to_the_lead() -> None:
    team, lead = TeamFactory(), UserFactory(role=Role.LEAD)
    lead.teams.add(team)
    begin(at_work(TASK), CustomerFactory(team=team, owner=UserFactory(is_active=False)))

    engine.advance()

    assert WorkItem.objects.get().owner == lead


def test_a_hook_is_a_job_in_the_same_transaction() -> None:
    playbook = at_work({"kind": "notify", "how": "hook", "url": "https://example.com/in"})
    begin(playbook, owned())

    engine.advance()

    job = Job.objects.get(kind="playbooks.hook")
    assert job.payload["body"]["playbook"] == playbook.key


def test_the_number_of_statements_does_not_grow_with_the_runs() -> None:
    counts = []
    for count in (1, 3):
        begin(at_work(TASK, WAIT), *(owned() for _ in range(count)))
        with CaptureQueriesContext(connection) as queries:
            engine.advance()
        counts.append(len(queries))
    assert counts[0] == counts[1]
