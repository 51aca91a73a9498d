from collections.abc import Mapping
from datetime import date
from typing import Any

from core import clock
from core.jobs import job
from core.ticks import nightly, sweeper
from core.wake import wake
from playbooks.domain import triggers
from playbooks.domain.book import dry_run
from playbooks.domain.run import engine, hooks, letters, watching  # noqa: F401 (they register what they do)
from playbooks.domain.run.starting import WAKES


@nightly("playbooks.queue", order=50)
def fill_the_queue(day: date) -> None:
    triggers.evaluate(day=day, at=clock.now())


@job("playbooks.queue_all", long=True)
@job("playbooks.queue")
def look_at(payload: Mapping[str, Any]) -> None:
    """Hold the queue rules against the standings of the customers in the payload, or of all."""
    triggers.evaluate(day=clock.today(), at=clock.now(), customers=payload["customers"])
    watching.watch(day=clock.today(), at=clock.now(), customers=payload["customers"])


@nightly("playbooks.triggers", order=50)
def start_what_is_due(day: date) -> None:
    watching.watch(day=day, at=clock.now())


@job(dry_run.JOB, long=True)
def replay(payload: Mapping[str, Any]) -> None:
    dry_run.compute(payload["dry_run"])


@sweeper("playbooks.runs")
def move_on() -> None:
    """Runs whose day has come wake nobody by themselves."""
    if engine.is_due():
        wake(WAKES)
