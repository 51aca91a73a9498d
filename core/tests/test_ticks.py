from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from core import jobs, ticks
from core.models import Company, Job, Slot

pytestmark = pytest.mark.django_db

MORNING = datetime(2025, 6, 2, 9, tzinfo=UTC)


@pytest.fixture
def steps(monkeypatch):
    """What ran in the night: (step, day)."""
    ran = []
    monkeypatch.setattr(ticks, "NIGHT", {})
    for name, order in (("triggers", 50), ("base", 10), ("scores", 20)):
        ticks.nightly(name, order=order)(lambda day, name=name: ran.append((name, day)))
    return ran


def test_the_night_of_a_day_is_opened_once(steps):
    assert ticks.tick(at=MORNING)
    assert not ticks.tick(at=MORNING)
    assert Job.objects.get().payload == {"day": "2025-06-02"}


def test_before_its_hour_it_is_still_the_last_night(steps):
    ticks.tick(at=MORNING.replace(hour=1, minute=29))
    assert Job.objects.get().payload == {"day": "2025-06-01"}
    assert ticks.tick(at=MORNING.replace(hour=1, minute=30))


def test_the_company_zone_decides_when_it_is_night(steps):
    Company.objects.create(id=1, time_zone="America/Los_Angeles")
    ticks.tick(at=MORNING.replace(hour=8))
    assert Job.objects.get().payload == {"day": "2025-06-01"}


def test_the_steps_run_in_order(steps):
    ticks.tick(at=MORNING)
    jobs.work()
    assert [name for name, _day in steps] == ["base", "scores", "triggers"]
    assert {day for _name, day in steps} == {date(2025, 6, 2)}


def test_a_step_that_fails_is_the_one_tried_again(steps, monkeypatch):
    attempts = []

    def broken(day):
        attempts.append(day)
        if len(attempts) == 1:
            raise RuntimeError("no paper")

    ticks.nightly("scores", order=20)(broken)
    ticks.tick(at=MORNING)
    jobs.work()
    assert [name for name, _day in steps] == ["base"]
    Job.objects.update(run_at=MORNING)
    jobs.work()
    assert len(attempts) == 2
    assert [name for name, _day in steps] == ["base", "triggers"]


def test_all_steps_can_be_run_at_once(steps):
    ticks.run_night(date(2025, 6, 2))
    assert [name for name, _day in steps] == ["base", "scores", "triggers"]


def test_a_night_without_steps_ends(monkeypatch):
    monkeypatch.setattr(ticks, "NIGHT", {})
    ticks.tick(at=MORNING)
    assert jobs.work() == 1


def test_a_slot_is_not_taken_without_its_job(steps, monkeypatch):
    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(jobs, "enqueue", fail)
    with pytest.raises(RuntimeError):
        ticks.tick(at=MORNING)
    assert not Slot.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_tickers_one_opens_the_night():
    def tick(_):
        try:
            return ticks.tick(at=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(tick, range(8)))
    assert sorted(opened) == [False] * 7 + [True]
    assert (Slot.objects.count(), Job.objects.count()) == (1, 1)


def test_a_sweeper_that_fails_does_not_stop_the_others(monkeypatch, caplog):
    seen = []

    def fail():
        raise RuntimeError("no broom")

    monkeypatch.setattr(ticks, "SWEEPS", {"broken": fail, "whole": lambda: seen.append("swept")})
    ticks.sweep()
    assert seen == ["swept"]
    assert "Sweeper broken failed" in caplog.text
