from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from core import clock, jobs
from core.ticks import nightly, sweeper
from usage.domain import keeping, remapping, silences
from usage.domain.rollup import counting, people, waiting
from usage.models import RollupPosition, Silence

PAUSE = timedelta(seconds=10)  # between two roll-ups: each has the health of its customers brought up to date


@sweeper("usage.rollup")
def look_for_events() -> None:
    if counting.is_behind():
        jobs.enqueue(kind="usage.rollup", key="events", run_at=_next(clock.now()))


def _next(now: datetime) -> datetime:
    counted = RollupPosition.objects.values_list("counted_at", flat=True).first()
    return max(now, counted + PAUSE) if counted else now


@jobs.job("usage.rollup")
def count_events(payload: Mapping[str, Any]) -> None:
    """Count the next stretch of events, and have the one after it counted."""
    if counting.count(at=clock.now()) and Silence.objects.filter(ended_at=None).exists():
        silences.notice(at=clock.now())
    if counting.is_behind():
        jobs.enqueue(kind="usage.rollup", key="events")


@jobs.job("usage.attach")
def attach(payload: Mapping[str, Any]) -> None:
    """See whether any of those who wait can be told by now."""
    people.know_contacts()
    waiting.attach_known(at=clock.now())


@jobs.job("usage.remap")
def remap(payload: Mapping[str, Any]) -> None:
    """Hold the rules of features against the names of events, and count again what is counted otherwise by now."""
    remapping.remap(at=clock.now())


@nightly("usage.keeping", order=5)
def keep_house(day: date) -> None:
    keeping.keep(day=day)
    people.know_contacts()
    waiting.attach_known(at=clock.now())
    silences.notice(at=clock.now())
