"""What is done to several runs at once. Stopping is for good; the rest can be taken back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core.domain import events
from core.wake import wake_after_commit
from playbooks.domain.done import Done
from playbooks.domain.run import ending
from playbooks.domain.run.starting import WAKES, payload_of
from playbooks.models import Run, Undo

State = Run.State


@transaction.atomic
def pause(*, runs: Sequence[int], by: User, at: datetime) -> Done:
    """Let nothing more happen in these until somebody lets them go on; ``left`` counts those that don't run."""
    found = _held(runs, (State.RUNNING, State.FAILED), by)
    done = _done(Undo.What.PAUSE, found, len(set(runs)), by, at)
    _pause(found, by, at)
    return done


@transaction.atomic
def resume(*, runs: Sequence[int], by: User, at: datetime) -> Done:
    """Let those that are paused or stuck go on; a step that failed is tried anew."""
    found = _held(runs, (State.PAUSED, State.FAILED), by)
    done = _done(Undo.What.RESUME, found, len(set(runs)), by, at)
    _resume(found, by, at)
    return done


def stop(*, runs: Sequence[int], by: User, at: datetime) -> int:
    """End those that are live, with their open tasks and unread drafts. Returns how many; there is no way back."""
    seen = Run.objects.visible_to(by).filter(pk__in=list(runs)).values_list("pk", flat=True)
    return len(ending.end(runs=list(seen), state=State.STOPPED, at=at, by=by))


def put_back(*, undo: Undo, by: User, at: datetime) -> int:
    """Undo a pausing or a going on, in those that are as it left them. Returns how many."""
    if undo.what == Undo.What.PAUSE:
        found = _held(undo.done["runs"], (State.PAUSED,), by)
        _resume(found, by, at)
    else:
        found = _held(undo.done["runs"], (State.RUNNING, State.FAILED), by)
        _pause(found, by, at)
    return len(found)


def _held(runs: Iterable[int], among: tuple[State, ...], by: User) -> list[Run]:
    rows = Run.objects.visible_to(by).filter(pk__in=list(runs), state__in=among)
    return list(rows.select_for_update(of=("self",)).select_related("playbook").order_by("pk"))


def _pause(runs: Sequence[Run], by: User, at: datetime) -> None:
    _move(runs, "paused", by, at, state=State.PAUSED, paused_by=Run.PausedBy.HAND)


def _resume(runs: Sequence[Run], by: User, at: datetime) -> None:
    _move(runs, "resumed", by, at, state=State.RUNNING, paused_by="", attempts=0, error="")
    if runs:
        wake_after_commit(WAKES)


def _move(runs: Sequence[Run], what: str, by: User, at: datetime, *, state: State, **values: Any) -> None:
    ids = [run.pk for run in runs]
    Run.objects.filter(pk__in=ids).update(state=state, claim=None, leased_until=None, **values)
    payloads = [{**payload_of(run, run.playbook), "state": str(state), "by": by.pk} for run in runs]
    events.append(type=f"playbooks.run_{what}.v1", payloads=payloads, at=at)


def _done(what: str, runs: Sequence[Run], asked: int, by: User, at: datetime) -> Done:
    told = {"items": [], "runs": [run.pk for run in runs]}
    return Done(Undo.objects.create(what=what, by=by, at=at, done=told), len(runs), asked - len(runs))
