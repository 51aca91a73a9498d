"""What a version would do, without doing it: whom it would touch today, and whom it would have over the last days.

The past is replayed: filters and dates are held against measures as of each day, with what was known then; events are
found among the facts. Nothing is written but the result.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock, jobs
from core.clock import AsOf
from customers.models import Customer
from customers.queries.attributes import NotReplayable
from customers.registry import OUTCOMES, Frame, gather
from customers.rules import Rule, frame_for, mask, parse
from playbooks.domain.book import occasions
from playbooks.domain.book.content import Content, read
from playbooks.domain.book.dates import fires, is_scheduled
from playbooks.domain.run.starting import Past, in_audience, may_start, past_of
from playbooks.domain.run.watching import dated, meeting, timing
from playbooks.models import DryRun, PlaybookVersion

JOB = "playbooks.dry_run"
DAYS = 90
SHOWN = 500


@dataclass(slots=True)
class Replay:
    """Whom the version would have touched: (customer, day), in order, and what could not be replayed."""

    touched: list[tuple[int, date]] = field(default_factory=list)
    missing: str = ""


@transaction.atomic
def ask(*, of: PlaybookVersion, by: User | None, at: datetime, days: int = DAYS) -> DryRun:
    """Have a dry run computed by a worker. Returns it, running."""
    made = DryRun.objects.create(of=of, day=clock.today(at), days=days, asked_at=at, by=by)
    jobs.enqueue(kind=JOB, key=f"{made.pk}", payload={"dry_run": made.pk})
    return made


def compute(pk: int) -> DryRun:
    """Compute a dry run and keep what came out: customers by id, days, who of them left, and how many each day."""
    row = DryRun.objects.select_related("of__playbook").get(pk=pk)
    content = read(row.of.content)
    today = today_of(row.of, content, row.day)
    past = replay(content, row.day - timedelta(days=row.days), row.day)
    left = left_after(past.touched, row.day)
    row.found = {
        "today": today[:SHOWN],
        "today_count": len(today),
        "starts": content.trigger["kind"] != "filter" or bool(content.trigger.get("present")),
        "past": [[pk, f"{day}", pk in left] for pk, day in past.touched[-SHOWN:]],
        "past_count": len(past.touched),
        "customers": len({pk for pk, _day in past.touched}),
        "left": len(left),
        "missing": past.missing,
    }
    row.state = DryRun.State.DONE
    row.save(update_fields=["found", "state"])
    return row


def today_of(of: PlaybookVersion, content: Content, day: date) -> list[int]:
    """Whom it would start for if it were put to work now and each of them came up today. By id.

    For a filter: who meets it now; they start only where the trigger wants those who are there already. For dates,
    schedules and events: who comes up today.
    """
    trigger = content.trigger
    if trigger["kind"] == "filter":
        entering = trigger.get("when", "entered") == "entered"
        found = list(meeting(trigger["rule"], day).values_list("pk", flat=True)) if entering else []
    elif trigger["kind"] == "date":
        found = [one.customer for one in dated(trigger, day, day)]
    else:
        found = [pk for pk, _day in _days(content, day, day + timedelta(days=1))]
    chosen = in_audience(content, found, day)
    past = past_of(of.playbook, chosen)
    return [pk for pk in chosen if may_start(content.again, past.get(pk, Past()), day)]


def replay(content: Content, start: date, end: date) -> Replay:
    """Whom it would have touched with start <= day < end, each time the re-entry rule lets it begin."""
    found = Replay()
    try:
        for pk, day in _again(content, _candidates(content, start, end)):
            found.touched.append((pk, day))
    except (NotReplayable, KeyError) as error:
        found.missing = str(error)
    return found


def left_after(touched: Iterable[tuple[int, date]], until: date) -> set[int]:
    """Who of the touched was lost after that day and before ``until``, by what is known now."""
    first: dict[int, date] = {}
    for pk, day in touched:
        first.setdefault(pk, day)
    if not first or "customer_churn" not in OUTCOMES:
        return set()
    sql = OUTCOMES["customer_churn"].read(min(first.values()), until, clock.today() + timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        lost = [(row[0], row[1]) for row in cursor.fetchall()]
    return {pk for pk, day in lost if pk in first and day >= first[pk]}


def _again(content: Content, candidates: Iterable[tuple[int, date]]) -> Iterator[tuple[int, date]]:
    past: dict[int, Past] = {}
    for pk, day in candidates:
        before = past.get(pk, Past())
        if may_start(content.again, before, day):
            past[pk] = Past(before.count + 1, day)
            yield pk, day


def _candidates(content: Content, start: date, end: date) -> Iterator[tuple[int, date]]:
    found: Iterable[tuple[int, date]]
    found = _entries(content, start, end) if content.trigger["kind"] == "filter" else _days(content, start, end)
    by_day: dict[date, list[int]] = {}
    for pk, day in found:
        by_day.setdefault(day, []).append(pk)
    for day in sorted(by_day):
        yield from ((pk, day) for pk in _audience(content, by_day[day], AsOf.at(day)))


def _entries(content: Content, start: date, end: date) -> Iterator[tuple[int, date]]:
    """Who entered (or left) the filter, day by day, as of the start of each."""
    rule = parse(content.trigger["rule"])
    before = set(_meeting(rule, AsOf.at(start)).tolist())
    for day in _each(start + timedelta(days=1), end):
        now = set(_meeting(rule, AsOf.at(day)).tolist())
        moved = now - before if content.trigger.get("when", "entered") == "entered" else before - now
        yield from ((pk, day) for pk in sorted(moved))
        before = now


def _days(content: Content, start: date, end: date) -> Iterator[tuple[int, date]]:
    trigger = content.trigger
    if trigger["kind"] == "event":
        for one in occasions.past(trigger["event"], start, end):
            if occasions.meets(one, trigger.get("where", ())):
                yield one.customer, clock.today(one.at)
    elif trigger["kind"] == "date":
        yield from _dated(trigger, start, end)
    elif trigger["kind"] == "schedule":
        for day in _each(start, end):
            if is_scheduled(trigger["every"], trigger.get("on", 0), day):
                yield from ((pk, day) for pk in gather(AsOf.at(day), []).ids.tolist())


def _dated(trigger: Mapping[str, Any], start: date, end: date) -> Iterator[tuple[int, date]]:
    rule = parse({"key": trigger["key"], "op": "present"})
    name = trigger["key"].removeprefix("measure.")
    for day in _each(start, end):
        frame = frame_for(rule, AsOf.at(day))
        met, _meant = fires(frame[name], **timing(trigger), since=day, day=day)
        yield from ((pk, day) for pk in frame.ids[met].tolist())


def _meeting(rule: Rule, at: AsOf) -> np.ndarray:
    frame: Frame = frame_for(rule, at)
    return frame.ids[mask(rule, frame)]


def _audience(content: Content, customers: list[int], at: AsOf) -> list[int]:
    """Those in the audience as of then, of those still in the lists."""
    if not customers:
        return []
    rule = parse(content.audience)
    current = set(Customer.objects.current().filter(pk__in=customers).values_list("pk", flat=True))
    if not rule.conditions:
        return sorted(current)
    frame = frame_for(rule, at, sorted(set(customers)))
    return [pk for pk in frame.ids[mask(rule, frame)].tolist() if pk in current]


def _each(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range(max(0, (end - start).days))]


def words(found: Mapping[str, Any], days: int) -> str:
    """The result in one sentence."""
    if not found.get("past_count"):
        return _("Over the last %(days)s days it would have touched nobody.") % {"days": days}
    return _("Over the last %(days)s days it would have touched %(count)s customers, and %(left)s of them left.") % {
        "days": days,
        "count": found["customers"],
        "left": found["left"],
    }
