"""Holds the triggers and ends of playbooks against what is: at night, and whenever a customer's standing is new."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import DateField, F
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from core.models import Event
from customers.models import Customer
from customers.rules import RuleError, parse, to_q
from customers.rules.lists import PlacedDate
from playbooks.domain.book import occasions
from playbooks.domain.book.content import Content, read
from playbooks.domain.book.dates import CATCH_UP, fires, is_scheduled
from playbooks.domain.run.ending import end
from playbooks.domain.run.starting import Wanted, start
from playbooks.models import Playbook, PlaybookVersion, Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look did: runs started, and ended because their goal was reached or their cause is gone."""

    started: int = 0
    ended: int = 0


def watch(*, day: date, at: datetime, customers: Sequence[int] | None = None) -> Watched:
    """Hold every playbook at work against the standings (of ``customers``, if given); then the ends of its runs.

    Each playbook is a transaction of its own, and one that can't be read is logged and stops no other. Without
    ``customers`` dates and schedules begin, too. Running it twice changes nothing more.
    """
    started = ended = 0
    for pk in Playbook.objects.filter(active__isnull=False).order_by("pk").values_list("pk", flat=True):
        started += _guarded(_begin_one, pk, day, at, customers)
    for of in Run.objects.live().order_by().values_list("of", flat=True).distinct():
        ended += _guarded(_end_one, of, day, at, customers)
    return Watched(started, ended)


def _guarded(look: Callable[..., int], pk: int, *args: Any) -> int:
    try:
        with transaction.atomic():
            return look(pk, *args)
    except (RuleError, KeyError) as error:
        log.warning("Playbook of %s can't be read: %s", pk, error)
        return 0


def _begin_one(pk: int, day: date, at: datetime, customers: Sequence[int] | None) -> int:
    playbook = _locked(pk)
    if playbook.active is None:
        return 0
    content = read(playbook.active.content)
    wanted: list[Wanted] = []
    if content.trigger["kind"] == "filter":
        wanted = _filtered(playbook, content, day, customers)
    elif customers is None:
        wanted = _timed(playbook, content, day)
    if customers is None:
        Playbook.objects.filter(pk=pk).update(looked_on=day, quiet=False)
    return 0 if playbook.quiet else len(start(playbook=playbook, wanted=wanted, day=day, at=at))


def _locked(pk: int) -> Playbook:
    return Playbook.objects.select_for_update(of=("self",)).select_related("active").get(pk=pk)


@transaction.atomic
def begin(*, playbook: Playbook, day: date, at: datetime) -> int:
    """The first look of a playbook that was just put to work. Returns how many runs it started.

    Who meets the filter by now is taken as it is, unless the trigger wants those who are there already.
    """
    assert playbook.active
    content = read(playbook.active.content)
    if content.trigger["kind"] != "filter":
        return 0
    _filtered(playbook, content, day, None)
    if content.trigger.get("when", "entered") != "entered" or not content.trigger.get("present"):
        return 0
    everybody = [Wanted(customer=pk, occasion=f"entered:{day}") for pk in _members(playbook)]
    return len(start(playbook=playbook, wanted=everybody, day=day, at=at))


def _members(playbook: Playbook) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM playbooks_membership WHERE playbook_id = %s", [playbook.pk])
        return [pk for (pk,) in cursor.fetchall()]


# Filters


CHANGED = """
WITH now AS MATERIALIZED ({sql}),
gone AS (
    DELETE FROM playbooks_membership m WHERE m.playbook_id = %s AND (%s::bigint[] IS NULL OR m.customer_id = ANY(%s))
      AND NOT EXISTS (SELECT 1 FROM now WHERE now.id = m.customer_id)
    RETURNING m.customer_id
),
new AS (
    INSERT INTO playbooks_membership (playbook_id, customer_id)
    SELECT %s, now.id FROM now
    WHERE NOT EXISTS (SELECT 1 FROM playbooks_membership m WHERE m.playbook_id = %s AND m.customer_id = now.id)
    RETURNING customer_id
)
SELECT 'left', customer_id FROM gone UNION ALL SELECT 'entered', customer_id FROM new
"""


def _filtered(playbook: Playbook, content: Content, day: date, customers: Sequence[int] | None) -> list[Wanted]:
    """Who has entered or left the filter since it was last looked at, whichever the trigger waits for."""
    when = content.trigger.get("when", "entered")
    now = meeting(content.trigger["rule"], day, customers)
    sql, params = now.values("id").query.sql_with_params()
    some = list(customers) if customers is not None else None
    with connection.cursor() as cursor:
        own = [playbook.pk, some, some, playbook.pk, playbook.pk]
        cursor.execute(CHANGED.format(sql=sql), [*params, *own])
        rows = cursor.fetchall()
    return [Wanted(customer=pk, occasion=f"{when}:{day}") for what, pk in rows if what == when]


def meeting(rule: Mapping[str, Any], day: date, customers: Sequence[int] | None = None) -> Any:
    """The customers in the lists (of ``customers``, if given) that meet a rule by their latest values."""
    found = Customer.objects.current().filter(to_q(parse(rule), day)).order_by()
    return found if customers is None else found.filter(pk__in=customers)


# Dates and schedules


def _timed(playbook: Playbook, content: Content, day: date) -> list[Wanted]:
    since = _since(playbook, day)
    trigger = content.trigger
    if trigger["kind"] == "date":
        return dated(trigger, since, day)
    if trigger["kind"] == "schedule":
        days = [since + timedelta(days=n) for n in range((day - since).days + 1)]
        begun = [one for one in days if is_scheduled(trigger["every"], trigger.get("on", 0), one)]
        if begun:
            everybody = meeting(content.audience, day, None).values_list("pk", flat=True)
            return [Wanted(customer=pk, occasion=f"every:{begun[-1]}") for pk in everybody]
    return []


def _since(playbook: Playbook, day: date) -> date:
    """The first day not looked at yet: at most some days back, and never before it was put to work."""
    after = playbook.looked_on + timedelta(days=1) if playbook.looked_on else day
    return max(after, day - timedelta(days=CATCH_UP), playbook.active_since or day)


def dated(trigger: Mapping[str, Any], since: date, day: date) -> list[Wanted]:
    """The customers whose date lets the playbook begin on a day with since <= day of beginning <= day."""
    if since > day:
        return []
    rows = _dates(trigger["key"])
    ids = [pk for pk, _on in rows]
    dates = np.array([on for _pk, on in rows], dtype="datetime64[D]")
    met, meant = fires(dates, **timing(trigger), since=since, day=day)
    return [wanted_on(ids[place], trigger, meant[place]) for place in np.flatnonzero(met)]


def timing(trigger: Mapping[str, Any]) -> dict[str, Any]:
    yearly = bool(trigger.get("yearly"))
    return {"days": trigger["days"], "side": trigger.get("side", "before"), "yearly": yearly}


def wanted_on(customer: int, trigger: Mapping[str, Any], on: Any) -> Wanted:
    """One date is one occasion, whichever night it was seen in."""
    return Wanted(customer=customer, occasion=f"{trigger['key']}:{on}")


def _dates(key: str) -> list[tuple[int, date]]:
    source, _dot, name = key.partition(".")
    on: Any = F("created_on") if key == "attribute.created_on" else PlacedDate(name)
    if source != "measure" and name != "created_on":
        on = Cast(KeyTextTransform(name, "attributes"), DateField())
    rows = Customer.objects.current().annotate(on=on).exclude(on=None)
    return list(rows.order_by("pk").values_list("pk", "on"))


# Events


def told(events: Iterable[Event], *, day: date, at: datetime) -> int:
    """Start what these events call for, at once. Returns how many runs began."""
    waiting = _waiting_for_events()
    by_kind: dict[str, list[occasions.Occasion]] = {}
    for event in events:
        found = occasions.of_event(event)
        if found and event.type in occasions.TYPES:
            by_kind.setdefault(occasions.TYPES[event.type], []).append(found)
    started = 0
    for playbook, trigger in waiting:
        meant = [one for one in by_kind.get(trigger["event"], ()) if occasions.meets(one, trigger.get("where", ()))]
        for batch in once_each(meant):
            started += _guarded(lambda _pk, p=playbook, b=batch: _start(p, b, day, at), playbook.pk)
    return started


def _start(playbook: Playbook, batch: list[occasions.Occasion], day: date, at: datetime) -> int:
    wanted = [Wanted(customer=one.customer, occasion=one.key, contact=one.contact) for one in batch]
    return len(start(playbook=playbook, wanted=wanted, day=day, at=at))


def once_each(found: Iterable[occasions.Occasion]) -> list[list[occasions.Occasion]]:
    """In batches, in each of which a customer stands once: what comes later finds the run that the first began."""
    batches: list[dict[int, occasions.Occasion]] = []
    for one in found:
        place = next((batch for batch in batches if one.customer not in batch), None)
        if place is None:
            place = {}
            batches.append(place)
        place[one.customer] = one
    return [list(batch.values()) for batch in batches]


def _waiting_for_events() -> list[tuple[Playbook, Mapping[str, Any]]]:
    found = Playbook.objects.filter(active__isnull=False, active__content__trigger__kind="event")
    return [(one, one.active.content["trigger"]) for one in found.select_related("active").order_by("pk") if one.active]


# Ends


def _end_one(of: int, day: date, at: datetime, customers: Sequence[int] | None) -> int:
    content = read(PlaybookVersion.objects.get(pk=of).content)
    live = Run.objects.live().filter(of=of)
    if customers is not None:
        live = live.filter(customer__in=customers)
    ended = 0
    if content.goal:
        reached = live.filter(customer__in=meeting(content.goal, day, customers))
        ended += len(end(runs=reached.values_list("pk", flat=True), state=Run.State.GOAL, at=at))
    if content.cause_gone and content.trigger["kind"] == "filter":
        meets = meeting(content.trigger["rule"], day, customers)
        holds = {"entered": live.exclude(customer__in=meets), "left": live.filter(customer__in=meets)}
        gone = holds[content.trigger.get("when", "entered")]
        ended += len(end(runs=gone.values_list("pk", flat=True), state=Run.State.GONE, at=at))
    return ended
