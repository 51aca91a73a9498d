"""Moves runs on. Runs are claimed in batches and leased by the database's clock; the effect of a step and its row in
``RunStep`` are one transaction, so whatever is killed, each step happens once.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from core import clock
from core.actor import acting
from core.domain import events
from core.failpoints import failpoint
from playbooks.domain.book.content import Content, following, read
from playbooks.domain.run import ending
from playbooks.domain.run.acts import Done, Turn, do
from playbooks.domain.run.owners import Owners
from playbooks.models import Run, RunStep

log = logging.getLogger(__name__)

BATCH = 500
LEASE = 120
ATTEMPTS = 6
LONGEST_WAIT = 3600
MOST_AT_ONCE = 20  # steps of one run in one transaction
STEPPED = "playbooks.step_done.v1"
GONE = (OperationalError, InterfaceError)

CLAIM = """
UPDATE playbooks_run SET claim = %(claim)s, leased_until = statement_timestamp() + make_interval(secs => %(lease)s),
       attempts = attempts + 1
WHERE id IN (SELECT id FROM playbooks_run
             WHERE state = 'running' AND due_at <= statement_timestamp()
                   AND (leased_until IS NULL OR leased_until < statement_timestamp())
             ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def advance(*, seconds: float = 10, batch: int = BATCH) -> int:
    """Do what is due, for about so long. Returns how many steps were done. Any number of processes may do this."""
    deadline, done = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        claim = uuid4()
        ids = _claim(claim, batch)
        if not ids:
            break
        failpoint("playbooks.after_claim")
        done += _batch(claim, ids)
    return done


def is_due() -> bool:
    """Whether there is a run that a worker could move on now."""
    due = Run.objects.filter(state=Run.State.RUNNING, due_at__lte=Now())
    return due.exclude(leased_until__gte=Now()).exists()


def _claim(claim: UUID, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"claim": claim, "lease": LEASE, "limit": limit})
        return sorted(pk for (pk,) in cursor.fetchall())


def _batch(claim: UUID, ids: Sequence[int]) -> int:
    """All together; where one of them fails, each by itself, so that only the one that fails stays behind."""
    try:
        return _together(claim, ids)
    except GONE:
        raise
    except Exception as error:  # whatever a step raises is shown with the run that it was for
        if len(ids) == 1:
            _failed(claim, ids[0], error)
            return 0
    return sum(_batch(claim, [pk]) for pk in ids)


@transaction.atomic
def _together(claim: UUID, ids: Sequence[int]) -> int:
    related = ("of", "playbook", "customer__standing", "customer__owner")
    held = Run.objects.filter(pk__in=ids, claim=claim, state=Run.State.RUNNING)
    runs = list(held.select_for_update(of=("self",)).select_related(*related).order_by("pk"))
    if not runs:
        return 0
    at, owners = clock.now(), Owners(run.customer for run in runs)
    contents = {run.of_id: read(run.of.content) for run in runs}
    steps: list[RunStep] = []
    left, rounds = [run for run in runs if run.attempts <= ATTEMPTS], 0
    _give_up([run for run in runs if run.attempts > ATTEMPTS])
    while (left := _unfinished(left, contents, at)) and rounds < MOST_AT_ONCE:
        for (of, _index), group in groupby(sorted(left, key=_place), key=_place):
            steps += _step(list(group), contents[of], at, owners)
        rounds += 1
    failpoint("playbooks.before_write")
    _write([run for run in runs if run.attempts <= ATTEMPTS], steps, contents, at)
    failpoint("playbooks.before_commit")
    return len(steps)


def _place(run: Run) -> tuple[int, int]:
    return run.of_id, run.index


def _unfinished(runs: Sequence[Run], contents: dict[int, Content], at: datetime) -> list[Run]:
    return [run for run in runs if run.due_at <= at and run.index < len(contents[run.of_id].steps)]


def _step(runs: list[Run], content: Content, at: datetime, owners: Owners) -> list[RunStep]:
    index = runs[0].index
    step = content.steps[index]
    made = []
    with acting(f"playbook:{runs[0].playbook_id}"):
        did = do(Turn(runs, content, step, at, owners))
    for run, done in zip(runs, did, strict=True):
        made.append(_row(run, step.kind, done, at))
        run.index = following(content.steps, index, done.verdict)
        run.waits_for_id = done.waits_for
        if done.due_at:
            run.due_at = done.due_at
    return RunStep.objects.bulk_create(made)  # at once: later steps of the same turn read them


def _row(run: Run, kind: str, done: Done, at: datetime) -> RunStep:
    return RunStep(
        run=run,
        index=run.index,
        visit=run.visit,
        kind=kind,
        at=at,
        work_item_id=done.work_item,
        result=done.result,
    )


WRITE = """
UPDATE playbooks_run AS run SET index = new.index, due_at = new.due_at, waits_for_id = new.waits_for, claim = NULL,
       leased_until = NULL, attempts = 0, error = ''
FROM unnest(%(ids)s::bigint[], %(indexes)s::int[], %(due)s::timestamptz[], %(waits)s::bigint[])
     AS new (id, index, due_at, waits_for)
WHERE run.id = new.id
"""


def _write(runs: Sequence[Run], steps: list[RunStep], contents: dict[int, Content], at: datetime) -> None:
    """Where the runs stand now, what was done, and which have come to their end."""
    values: dict[str, Any] = {
        "ids": [run.pk for run in runs],
        "indexes": [run.index for run in runs],
        "due": [run.due_at for run in runs],
        "waits": [run.waits_for_id for run in runs],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
    events.append(type=STEPPED, payloads=map(_payload, steps), at=at)
    finished = [run for run in runs if run.index >= len(contents[run.of_id].steps) and run.due_at <= at]
    for run in finished:
        run.state, run.ended_at = Run.State.DONE, at
    ending.finish(finished, at)


def _payload(step: RunStep) -> dict[str, object]:
    run = step.run
    return {
        "run": str(run.uid),
        "customer": run.customer_id,
        "playbook": run.playbook.key,
        "step": step.index + 1,
        "kind": step.kind,
    }


def _failed(claim: UUID, pk: int, error: Exception) -> None:
    """Try the step again later, ever later; after some tries the run is stuck, and shown with its error."""
    log.warning("Run %s: %s", pk, error)
    words = f"{type(error).__name__}: {error}"[:500]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BACK_OFF, {"pk": pk, "claim": claim, "error": words, "most": ATTEMPTS, "wait": LONGEST_WAIT})
        ending.failed([pk for pk, state in cursor.fetchall() if state == Run.State.FAILED])


BACK_OFF = """
UPDATE playbooks_run SET error = %(error)s, claim = NULL, leased_until = NULL,
       state = CASE WHEN attempts >= %(most)s THEN 'failed' ELSE state END,
       due_at = statement_timestamp() + make_interval(secs => LEAST(%(wait)s, 10 * 3 ^ attempts))
WHERE id = %(pk)s AND claim = %(claim)s AND state = 'running'
RETURNING id, state
"""


def _give_up(lost: Sequence[Run]) -> None:
    """Whose worker ended without a word, time and again: it may be the step that ends it."""
    if lost:
        ids = [run.pk for run in lost]
        error = f"No worker came back from this step in {ATTEMPTS} attempts."
        Run.objects.filter(pk__in=ids).update(state=Run.State.FAILED, error=error, claim=None, leased_until=None)
        ending.failed(ids)
