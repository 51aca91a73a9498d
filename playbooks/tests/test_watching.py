"""Triggers and ends: who enters, whose date comes, what was told; and that nothing starts twice."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.tests.factories import UserFactory
from core import clock
from core.domain import events
from core.models import Event
from customers.models import Customer, Standing
from customers.tests.factories import CustomerFactory, StandingFactory
from playbooks.domain.book import dry_run, publishing
from playbooks.domain.book.dates import fires
from playbooks.domain.run import engine, watching
from playbooks.domain.run.starting import TREATED, Wanted, draw, start
from playbooks.models import DryRun, Playbook, Run, WorkItem
from playbooks.receivers import end_with_their_signals, start_on_events, take_histories_quietly
from playbooks.tests.factories import ASKS, NOW, TASK, TODAY, at_work

pytestmark = pytest.mark.django_db
ENTERED = {"kind": "filter", "rule": ASKS, "when": "entered"}
State = Run.State


def asking(tickets: int = 2, **of_customer: Any) -> Customer:
    customer = CustomerFactory(owner=UserFactory(), **of_customer)
    StandingFactory(customer=customer, measured={"open_tickets": tickets})
    return customer


def asks(customer: Customer, tickets: int) -> None:
    Standing.objects.filter(customer=customer).update(measured={"open_tickets": tickets})


def watch(days: int = 0, **kwargs: Any) -> watching.Watched:
    return watching.watch(day=TODAY + timedelta(days), at=NOW + timedelta(days), **kwargs)


def test_who_enters_the_filter_starts_and_who_was_there_does_not() -> None:
    playbook, there, comes = at_work(trigger=ENTERED), asking(), asking(0)
    watching.begin(playbook=playbook, day=TODAY, at=NOW)
    asks(comes, 1)

    assert watch(1) == watching.Watched(started=1)
    assert watch(1) == watching.Watched()
    assert Run.objects.get().customer == comes
    assert there


def test_those_who_are_there_already_start_where_the_trigger_wants_them() -> None:
    playbook, there = at_work(trigger={**ENTERED, "present": True}), asking()

    assert watching.begin(playbook=playbook, day=TODAY, at=NOW) == 1
    assert Run.objects.get().customer == there


def test_who_leaves_the_filter_starts() -> None:
    playbook, leaver = at_work(trigger={**ENTERED, "when": "left"}), asking()
    watching.begin(playbook=playbook, day=TODAY, at=NOW)
    asks(leaver, 0)

    assert watch(1).started == 1


def test_one_customer_alone_can_be_looked_at() -> None:
    at_work(trigger=ENTERED)
    one, _other = asking(), asking()

    assert watch(customers=[one.pk]).started == 1


def test_the_audience_and_archived_customers_are_left_out() -> None:
    at_work(trigger=ENTERED, audience={"all": [{"key": "attribute.industry", "op": "is", "value": "Logistics"}]})
    asking(industry="Dental")
    asking(industry="Logistics", archived_on=date(2025, 1, 1))
    wanted = asking(industry="Logistics")

    assert watch().started == 1
    assert Run.objects.get().customer == wanted


def test_never_again_or_after_some_days_and_so_often() -> None:
    def started(days: int, playbook: Playbook) -> bool:
        asks(customer, 0)
        watch(days - 1)
        Run.objects.live().update(state=State.DONE, ended_at=NOW)
        asks(customer, 1)
        watch(days)
        return playbook.runs.filter(started_at=NOW + timedelta(days)).exists()

    customer = asking()
    once, twice = at_work(trigger=ENTERED), at_work(trigger=ENTERED, again={"mode": "after", "days": 30, "most": 2})
    watch()

    assert not started(10, twice)
    assert started(40, twice)
    assert not started(90, twice)
    assert once.runs.count() == 1


def test_when_the_cause_is_gone_the_run_ends_and_its_task_closes_by_itself() -> None:
    at_work(TASK, {"kind": "wait", "for": "days", "days": 9}, trigger=ENTERED, cause_gone=True)
    customer = asking()
    watch()
    Run.objects.update(due_at=NOW)
    engine.advance()
    assert WorkItem.objects.get().state == "open"

    asks(customer, 0)
    assert watch(1).ended == 1

    assert WorkItem.objects.get().state == WorkItem.State.CLEARED
    assert Run.objects.get().state == State.GONE


def test_a_goal_reached_ends_the_run() -> None:
    goal = {"all": [{"key": "measure.score", "op": ">", "value": 60}]}
    at_work(trigger=ENTERED, goal=goal)
    customer = asking()
    watch()
    Standing.objects.filter(customer=customer).update(score=70, measured={"open_tickets": 1, "score": 70})

    assert watch(1).ended == 1
    assert Run.objects.get().state == State.GOAL


def renews(on: date) -> Customer:
    customer = CustomerFactory(owner=UserFactory())
    StandingFactory(customer=customer, measured={"notice_on": f"{on}"})
    return customer


def test_a_date_starts_once_and_a_missed_night_is_made_up() -> None:
    playbook = at_work(trigger={"kind": "date", "key": "measure.notice_on", "days": 120})
    Playbook.objects.filter(pk=playbook.pk).update(active_since=TODAY - timedelta(9), looked_on=TODAY - timedelta(3))
    due, missed = renews(TODAY + timedelta(120)), renews(TODAY + timedelta(118))
    renews(TODAY + timedelta(110))
    renews(TODAY + timedelta(121))

    assert watch().started == 2
    assert watch().started == 0
    assert set(Run.objects.values_list("customer", flat=True)) == {due.pk, missed.pk}


def test_anniversaries_come_every_year() -> None:
    dates = np.array(["2023-06-02", "2025-06-02", "2024-02-29", "NaT"], dtype="datetime64[D]")
    met, meant = fires(dates, days=0, side="after", yearly=True, since=TODAY, day=TODAY)
    assert met.tolist() == [True, False, False, False]
    assert str(meant[0]) == "2025-06-02"
    leap, _meant = fires(dates, days=0, side="after", yearly=True, since=date(2025, 3, 1), day=date(2025, 3, 1))
    assert leap.tolist() == [False, False, True, False]


def test_a_schedule_starts_for_its_audience() -> None:
    at_work(trigger={"kind": "schedule", "every": "week", "on": TODAY.weekday()}, audience=ASKS)
    asking()
    asking(0)

    assert watch().started == 1
    assert watch(1).started == 0


def answered(customer: Customer, answer_class: str) -> list[Event]:
    payload = {"customer": customer.pk, "class": answer_class, "score": 3, "kind": "nps"}
    return events.append(type="surveys.answered.v1", payloads=[payload])


def test_an_event_starts_at_once_and_twice_told_is_once() -> None:
    where = [{"key": "class", "value": "detractor"}]
    at_work(trigger={"kind": "event", "event": "answer", "where": where})
    told = [*answered(asking(), "detractor"), *answered(asking(), "promoter")]

    start_on_events(told)
    start_on_events(told)

    assert Run.objects.count() == 1


def test_a_signal_that_clears_ends_what_it_started() -> None:
    at_work(trigger={"kind": "event", "event": "signal"}, cause_gone=True)
    payload = {"customer": asking().pk, "signal": "abc", "rule": "usage"}
    start_on_events(events.append(type="health.signal_opened.v1", payloads=[payload]))
    assert Run.objects.get().is_live

    end_with_their_signals(events.append(type="health.signal_cleared.v1", payloads=[payload]))

    assert Run.objects.get().state == State.GONE


def test_a_loaded_history_starts_nothing() -> None:
    at_work(trigger=ENTERED)
    customer = asking()
    payload = {"nouns": {"customers": {"history": True}}}
    take_histories_quietly(events.append(type="data.loaded.v1", payloads=[payload]))

    assert watch().started == 0
    asks(customer, 0)
    watch(1)
    asks(customer, 1)
    assert watch(2).started == 1


def test_a_playbook_that_cannot_be_read_stops_no_other(caplog: Any) -> None:
    broken = at_work(trigger=ENTERED)
    assert broken.active
    content = {"trigger": {"kind": "filter", "rule": {"key": "measure.gone", "op": ">", "value": 1}}, "steps": [TASK]}
    broken.active = type(broken.active).objects.create(playbook=broken, number=9, content=content, published_at=NOW)
    broken.save()
    at_work(trigger=ENTERED)
    asking()

    assert watch().started == 1
    assert "can't be read" in caplog.text


def test_the_same_customers_are_held_out_whenever_they_are_drawn() -> None:
    drawn = [draw("keep", pk, 0.3) for pk in range(2000)]
    assert drawn == [draw("keep", pk, 0.3) for pk in range(2000)]
    assert 0.25 < 1 - drawn.count(TREATED) / 2000 < 0.35
    playbook = at_work(hold_out=0.999999)
    (run,) = start(playbook=playbook, wanted=[Wanted(customer=asking().pk, occasion="hand")], day=TODAY, at=NOW)
    assert (run.state, run.arm) == (State.HELD_OUT, "held_out")
    assert engine.advance() == 0


# Dry runs


def looked_at(playbook: Playbook, days: int = 90) -> dict[str, Any]:
    assert playbook.active
    asked = dry_run.ask(of=playbook.active, by=None, at=clock.now(), days=days)
    return dry_run.compute(asked.pk).found


def test_what_a_dry_run_names_is_what_then_happens() -> None:
    playbook = at_work(trigger={**ENTERED, "present": True}, audience={
        "all": [{"key": "attribute.industry", "op": "is", "value": "Logistics"}]})  # fmt: skip
    asking(industry="Logistics")
    asking(industry="Logistics")
    asking(industry="Dental")
    asking(0, industry="Logistics")

    found = looked_at(playbook)
    assert not Run.objects.exists()
    watching.begin(playbook=playbook, day=clock.today(), at=clock.now())

    assert found["today"] == sorted(Run.objects.values_list("customer", flat=True))
    assert found["today_count"] == 2


def test_a_dry_run_of_dates_replays_the_past() -> None:
    playbook = at_work(trigger={"kind": "date", "key": "attribute.created_on", "days": 30, "side": "after"})
    touched = CustomerFactory(created_on=clock.today() - timedelta(40), known_on=clock.today() - timedelta(40))
    CustomerFactory(created_on=clock.today() - timedelta(10), known_on=clock.today() - timedelta(10))

    found = looked_at(playbook, 30)

    assert found["past"] == [[touched.pk, f"{clock.today() - timedelta(10)}", False]]
    assert (found["customers"], found["left"]) == (1, 0)


def test_only_what_had_a_dry_run_is_put_to_work() -> None:
    playbook = at_work(trigger=ENTERED)
    version, by = playbook.active, UserFactory()
    assert version
    with pytest.raises(publishing.ValidationError, match="dry run"):
        publishing.activate(of=version, by=by, at=NOW)

    DryRun.objects.create(of=version, day=TODAY, asked_at=NOW, state=DryRun.State.DONE)
    assert publishing.activate(of=version, by=by, at=NOW).is_active
    assert not publishing.deactivate(playbook=playbook, by=by, at=NOW).is_active
