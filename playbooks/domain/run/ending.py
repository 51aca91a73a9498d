"""How runs end, and what can be done to one by hand."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.domain import events
from core.errors import Stale
from core.wake import wake_after_commit
from playbooks.domain.book.content import following, read
from playbooks.domain.opening import clear_items
from playbooks.domain.run.starting import WAKES, payload_of, tell
from playbooks.models import Letter, Run, RunStep

State = Run.State
ENDED, FAILED = "playbooks.run_ended.v1", "playbooks.run_failed.v1"


@transaction.atomic
def end(*, runs: Iterable[int], state: str, at: datetime, by: User | None = None) -> list[Run]:
    """End the live ones among the runs with these ids. Their open tasks and unread drafts close with them.

    Returns those ended. A worker that has one of them finds it gone and writes nothing of it.
    """
    ids = list(runs)
    live = list(
        Run.objects.live().filter(pk__in=ids).select_for_update(of=("self",)).select_related("playbook").order_by("pk")
    )
    for run in live:
        run.state, run.ended_at = State(state), at
    finish(live, at, by)
    clear_items(_left_open(live), at=at)
    Letter.objects.filter(run__in=live, state=Letter.State.DRAFT).update(
        state=Letter.State.DROPPED, reason="run_ended", decided_at=at
    )
    return live


def finish(runs: list[Run], at: datetime, by: User | None = None) -> None:
    """Write that these runs have come to their ends, in the states they carry, and tell of it."""
    for state, group in groupby(sorted(runs, key=lambda run: str(run.state)), key=lambda run: run.state):
        ids = [run.pk for run in group]
        Run.objects.filter(pk__in=ids).update(
            state=state, ended_at=at, claim=None, leased_until=None, waits_for=None, attempts=0
        )
    for playbook, own in groupby(sorted(runs, key=lambda run: run.playbook_id), key=lambda run: run.playbook):
        tell("playbook_ended", list(own), playbook, at, by)
    events.append(type=ENDED, payloads=[payload_of(run, run.playbook) for run in runs], at=at)


def failed(runs: Iterable[int]) -> None:
    """Tell that these runs are stuck on a step: ``playbooks.run_failed.v1``, in the caller's transaction."""
    rows = Run.objects.filter(pk__in=list(runs)).select_related("playbook")
    events.append(type=FAILED, payloads=[payload_of(run, run.playbook) | {"index": run.index} for run in rows])


def _left_open(runs: list[Run]) -> list[int]:
    tasks = RunStep.objects.filter(run__in=runs, work_item__isnull=False).values_list("work_item", flat=True)
    drafts = Letter.objects.filter(run__in=runs, work_item__isnull=False).values_list("work_item", flat=True)
    return [*tasks, *drafts]


@transaction.atomic
def pause(*, run: Run, by: User | None, at: datetime, because: str = Run.PausedBy.HAND) -> Run:
    """Let nothing more happen until somebody resumes it. Raises Stale when it no longer runs."""
    among = (State.RUNNING, State.FAILED)
    return _change(run, among, by, at, "paused", state=State.PAUSED, paused_by=because, claim=None)


@transaction.atomic
def resume(*, run: Run, by: User, at: datetime) -> Run:
    """Go on: with what is due, at once; a step that failed is tried anew. Raises Stale."""
    changed = _change(
        run,
        (State.PAUSED, State.FAILED),
        by,
        at,
        "resumed",
        state=State.RUNNING,
        paused_by="",
        attempts=0,
        error="",
        claim=None,
    )
    wake_after_commit(WAKES)
    return changed


@transaction.atomic
def skip(*, run: Run, index: int, by: User, at: datetime) -> Run:
    """Leave out the step that comes next, or the wait before it, and go on. ``index`` is the one that was seen.

    A wait that runs is cut short: the step after it is due at once. Raises Stale when the run has moved on.
    """
    row = Run.objects.select_for_update().select_related("of").get(pk=run.pk)
    if not row.is_live or row.index != index:
        raise Stale(_("This run has moved on meanwhile."))
    if row.due_at > at and not row.error:
        return _change(run, (State.RUNNING, State.PAUSED), by, at, "skipped", due_at=at, waits_for=None, claim=None)
    steps = read(row.of.content).steps
    if index < len(steps):
        RunStep.objects.create(
            run=row, index=index, visit=row.visit, kind=steps[index].kind, at=at, skipped=True, result={"by": by.pk}
        )
    after = following(steps, index)
    changed = _change(
        run,
        (State.RUNNING, State.PAUSED, State.FAILED),
        by,
        at,
        "skipped",
        index=after,
        due_at=at,
        error="",
        attempts=0,
        claim=None,
        state=State.PAUSED if row.state == State.PAUSED else State.RUNNING,
    )
    wake_after_commit(WAKES)
    return changed


def stop(*, run: Run, by: User, at: datetime) -> Run:
    """End it by hand. Raises Stale when it has ended already."""
    ended = end(runs=[run.pk], state=State.STOPPED, at=at, by=by)
    if not ended:
        raise Stale(_("This run has ended already."))
    return ended[0]


def _change(run: Run, among: tuple[str, ...], by: User | None, at: datetime, what: str, **values: object) -> Run:
    if not Run.objects.filter(pk=run.pk, state__in=among).update(**values, leased_until=None):
        raise Stale(_("This run has moved on meanwhile."))
    run.refresh_from_db()
    payload = {**payload_of(run, run.playbook), "by": by.pk if by else None}
    events.append(type=f"playbooks.run_{what}.v1", payloads=[payload], at=at)
    return run
