"""Nights over past days, as they would have been: playbooks at work, standings as of each day, runs that begin."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import time_machine

from accounts.models import User
from core import clock
from health.domain import scoring
from playbooks.domain.book import dry_run, publishing
from playbooks.domain.book.content import read
from playbooks.domain.run import watching
from playbooks.models import Playbook, Run

AT_NIGHT = time(3)
Pairs = set[tuple[int, date]]


@dataclass(frozen=True)
class Compared:
    """For whom a playbook was to begin, and on which day; and for whom it began."""

    key: str
    said: Pairs
    came: Pairs


def replayed(*, keys: Iterable[str], by: User, first: date, last: date) -> list[Compared]:
    """Put these playbooks to work on ``first``, after a dry run each, and let every night until ``last`` be."""
    books = [_at_work(key, by, first) for key in keys]
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        with _night(day):
            scoring.run(day)
            watching.watch(day=day, at=clock.now())
    return [_compared(book, first, last) for book in books]


def _at_work(key: str, by: User, day: date) -> Playbook:
    with _night(day):
        scoring.run(day)
        book = Playbook.objects.get(key=key)
        version = publishing.publish(playbook=book, by=by, at=clock.now())
        dry_run.compute(dry_run.ask(of=version, by=by, at=clock.now(), days=1).pk)
        return publishing.activate(of=version, by=by, at=clock.now())


def _compared(book: Playbook, first: date, last: date) -> Compared:
    assert book.active
    said = dry_run.replay(read(book.active.content), first, last + timedelta(days=1))
    assert not said.missing, said.missing
    began = Run.objects.filter(playbook=book).values_list("customer", "started_at")
    return Compared(book.key, set(said.touched), {(pk, clock.today(at)) for pk, at in began})


def _night(day: date) -> Any:
    return time_machine.travel(datetime.combine(day, AT_NIGHT, tzinfo=clock.zone()))
