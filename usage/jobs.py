from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from core import clock, jobs
from core.ticks import nightly, sweeper
from usage.domain import book, keeping, remapping, renewals, silences
from usage.domain.rollup import counting, people, waiting
from usage.models import Kept, RollupPosition, Silence

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


@jobs.job("usage.remap", long=True)
def remap(payload: Mapping[str, Any]) -> None:
    """Hold the rules of features against the names of events, and count again what is counted otherwise by now."""
    remapping.remap(at=clock.now())


@nightly("usage.keeping", order=5)
def keep_house(day: date) -> None:
    keeping.keep(day=day)
    people.know_contacts()
    waiting.attach_known(at=clock.now())
    silences.notice(at=clock.now())


@sweeper("usage.book")
def look_for_a_book() -> None:
    """Before the first night, what the pages of usage show is counted at once."""
    if Kept.objects.count() < len(Kept.What):
        jobs.enqueue(kind="usage.book_all", key="all")


@jobs.job("usage.book")
def count_book(payload: Mapping[str, Any]) -> None:
    """Count what the pages of usage show of some teams."""
    # None of a job that was written before all teams had a kind of their own: the sweeper asks for that one.
    book.keep_again(teams=payload.get("teams", []))


@jobs.job("usage.book_all", long=True)
def count_books(_payload: Mapping[str, Any]) -> None:
    book.keep(day=clock.today())
    renewals.keep(day=clock.today())


@jobs.job("usage.renewals")
def count_renewals(payload: Mapping[str, Any]) -> None:
    """Count again the renewals of teams whose customers are others by now."""
    renewals.keep_again(teams=payload["teams"])


@nightly("usage.book", order=42)
def keep_book(day: date) -> None:
    book.keep(day=day)
    if not renewals.hold(day=day):
        renewals.keep(day=day)
