from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from core.failpoints import failpoint
from core.models import Job
from core.wake import wake_after_commit

Handler = Callable[[Mapping[str, Any]], None]
HANDLERS: dict[str, Handler] = {}
LEASE = timedelta(minutes=30)
ATTEMPTS = 8


class LeaseLost(Exception):
    pass


def job(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of one kind. It gets the payload and must bear being run twice."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def enqueue(*, kind: str, key: str, payload: Mapping[str, Any] | None = None, run_at: datetime | None = None) -> None:
    """Write a job in the caller's transaction. One that waits under the same key is not written again."""
    when: dict[str, Any] = {"run_at": run_at} if run_at else {}
    Job.objects.bulk_create([Job(kind=kind, key=key, payload=dict(payload or {}), **when)], ignore_conflicts=True)
    wake_after_commit()


def work(*, limit: int = 100) -> int:
    """Claim and do due jobs until none is left or ``limit`` is reached. Returns how many were claimed."""
    done = 0
    while done < limit and (claimed := _claim()):
        _run(claimed)
        done += 1
    return done


def _claim() -> Job | None:
    left = Q(state=Job.State.RUNNING, leased_until__lt=Now())
    _give_up(Job.objects.filter(left, attempts__gte=ATTEMPTS))
    due = Q(state=Job.State.WAITING, run_at__lte=Now()) | left
    with transaction.atomic():
        claimed = Job.objects.filter(due).select_for_update(skip_locked=True).order_by("run_at", "id").first()
        if claimed is None:
            return None
        Job.objects.filter(pk=claimed.pk).update(
            state=Job.State.RUNNING, attempts=F("attempts") + 1, leased_until=_from_now(LEASE)
        )
        claimed.refresh_from_db()
    return claimed


def _run(claimed: Job) -> None:
    try:
        with transaction.atomic():
            failpoint("jobs.after_claim")
            HANDLERS[claimed.kind](claimed.payload)
            failpoint("jobs.before_settle")
            if not _held(claimed).update(state=Job.State.DONE, error="", settled_at=Now(), leased_until=None):
                raise LeaseLost(f"{claimed} was taken over")
    except Exception as error:  # whatever a handler raises is shown with the job, and the job tried again
        _fail(claimed, f"{type(error).__name__}: {error}"[:2000])


def _held(claimed: Job) -> models.QuerySet[Job]:
    # The lease may have passed to another worker meanwhile: then this attempt no longer counts.
    return Job.objects.filter(pk=claimed.pk, state=Job.State.RUNNING, attempts=claimed.attempts)


def _fail(claimed: Job, error: str) -> None:
    wait = {"run_at": _from_now(timedelta(seconds=2**claimed.attempts)), "leased_until": None, "error": error}
    try:
        if claimed.attempts < ATTEMPTS:
            with transaction.atomic():
                _held(claimed).update(state=Job.State.WAITING, **wait)
            return
    except IntegrityError:
        pass  # one waits under the same key already: that one is the next try
    _held(claimed).update(state=Job.State.FAILED, error=error, settled_at=Now(), leased_until=None)


def _give_up(lost: models.QuerySet[Job]) -> None:
    """Whose worker ended without a word, time and again: it may be the job that ends it."""
    error = f"No worker came back from it in {ATTEMPTS} attempts."
    lost.update(state=Job.State.FAILED, error=error, settled_at=Now(), leased_until=None)


def _from_now(delta: timedelta) -> models.Expression:
    return models.ExpressionWrapper(Now() + delta, output_field=models.DateTimeField())
