"""Runs begin here, whatever the trigger. A batch is some statements, whatever its size."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q

from accounts.models import User
from core import clock
from core.domain import events
from core.ids import uuid7
from core.wake import wake_after_commit
from customers.domain import timeline
from customers.models import Customer
from customers.rules import parse, to_q
from playbooks.domain.book.content import Content, read, settle
from playbooks.models import Playbook, PlaybookVersion, Run

STARTED = "playbooks.run_started.v1"
WAKES = "playbooks.tasks.advance"
HELD_OUT, TREATED = "held_out", "treated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """That something calls for a run: for whom, and what it was. ``contact`` is the person it is about."""

    customer: int
    occasion: str
    contact: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """The runs that a customer had of a playbook: how many, when the last began (a day), whether one still runs."""

    count: int = 0
    last: date | None = None
    live: bool = False


@transaction.atomic
def start(
    *,
    playbook: Playbook,
    wanted: Iterable[Wanted],
    day: date,
    at: datetime,
    of: PlaybookVersion | None = None,
    by: User | None = None,
    again: Mapping[str, Any] | None = None,
) -> list[Run]:
    """Start the version at work (or ``of``) for those of ``wanted`` in its audience who may begin (again).

    The same occasion starts nothing twice, and a customer has one live run of a playbook. ``again`` in place of the
    playbook's own rule for who had it before. Returns the new runs.
    """
    version = of or playbook.active
    by_customer = {one.customer: one for one in reversed(list(wanted))}
    if version is None or not by_customer:
        return []
    content = read(version.content)
    allowed = in_audience(content, by_customer, day)
    past = past_of(playbook, allowed)
    chosen = [by_customer[pk] for pk in allowed if may_start(again or content.again, past.get(pk, Past()), day)]
    return _create(version, content, chosen, at, by)


def in_audience(content: Content, customers: Iterable[int], day: date) -> list[int]:
    """Those of ``customers`` that are neither archived nor merged, and in the audience. By id."""
    found = Customer.objects.current().filter(to_q(parse(content.audience), day), pk__in=list(customers))
    return list(found.order_by("pk").values_list("pk", flat=True))


def past_of(playbook: Playbook, customers: Sequence[int]) -> dict[int, Past]:
    """The earlier runs of a playbook, by customer."""
    rows = Run.objects.filter(playbook=playbook, customer__in=customers).values("customer")
    live = Count("pk", filter=Q(state__in=("running", "paused", "failed")))
    found = rows.annotate(count=Count("pk"), last=Max("started_at"), live=live)
    return {one["customer"]: Past(one["count"], clock.today(one["last"]), one["live"] > 0) for one in found}


def may_start(again: Mapping[str, Any], past: Past, day: date) -> bool:
    """Whether a playbook may start for a customer with this past: never again, or after some days, at most so often."""
    if past.live:
        return False
    if past.last is None:
        return True
    if again.get("mode") != "after" or (again.get("most") and past.count >= again["most"]):
        return False
    return past.last + timedelta(days=int(again["days"])) <= day


def draw(experiment: str, customer: int, hold_out: float) -> str:
    """``treated`` or ``held_out``, drawn by a hash: the same customer is always drawn alike in one experiment."""
    return HELD_OUT if _lot(experiment, customer) < hold_out else TREATED


def draw_variant(experiment: str, customer: int, variants: Sequence[str]) -> str:
    """One of ``variants``, each as likely, drawn by another hash than the arm: the two don't depend on each other."""
    return variants[int(_lot(f"{experiment}:variant", customer) * len(variants))] if variants else ""


def _lot(name: str, customer: int) -> float:
    """A number from 0 to below 1 that is always the same for the two."""
    digest = hashlib.sha256(f"{name}:{customer}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _create(
    version: PlaybookVersion, content: Content, chosen: Sequence[Wanted], at: datetime, by: User | None
) -> list[Run]:
    made = [_run(version, content, one, at) for one in chosen]
    Run.objects.bulk_create(made, ignore_conflicts=True)
    runs = list(Run.objects.filter(uid__in=[run.uid for run in made]).order_by("pk"))
    treated = [run for run in runs if run.state == Run.State.RUNNING]
    tell("playbook_started", treated, version.playbook, at, by)
    told = {"by": by.pk if by else None}
    events.append(type=STARTED, payloads=[payload_of(run, version.playbook) | told for run in runs], at=at)
    if treated:
        wake_after_commit(WAKES)
    return runs


def _run(version: PlaybookVersion, content: Content, wanted: Wanted, at: datetime) -> Run:
    experiment = version.playbook.key if content.hold_out or content.variants else ""
    arm = draw(experiment, wanted.customer, content.hold_out) if experiment else TREATED
    out = {"state": Run.State.HELD_OUT, "ended_at": at} if arm == HELD_OUT else {}
    return Run(
        uid=uuid7(),
        playbook_id=version.playbook_id,
        of=version,
        customer_id=wanted.customer,
        contact_id=wanted.contact,
        occasion=wanted.occasion[:120],
        experiment=experiment,
        arm=arm,
        variant=draw_variant(experiment, wanted.customer, content.variants),
        index=settle(content.steps, 0),
        due_at=at,
        started_at=at,
        **out,
    )


def payload_of(run: Run, playbook: Playbook) -> dict[str, Any]:
    """What the events of a run say of it."""
    return {
        "run": str(run.uid),
        "customer": run.customer_id,
        "playbook": playbook.key,
        "state": str(run.state),
        "arm": run.arm,
        "variant": run.variant,
    }


def tell(kind: str, runs: Sequence[Run], playbook: Playbook, at: datetime, by: User | None = None) -> None:
    """A line on the timeline of each run's customer."""
    entries = [
        timeline.Entry(
            customer=run.customer_id,
            kind=kind,
            at=at,
            values={"playbook": playbook.name, "run": str(run.uid), "state": str(run.state)},
        )
        for run in runs
    ]
    timeline.tell(entries=entries, known_on=clock.today(at), by=by)
