from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from core.failpoints import failpoint
from core.models import Job
from core.wake import wake_after_commit

Handler = Callable[[Mapping[str, Any]], None]
HANDLERS: dict[str, Handler] = {}
LONG: set[str] = set()  # kinds that may take minutes: what is quick never waits behind them
JUST_NOW = timedelta(seconds=5)
# Held as long as a long job runs, so that one whose worker was killed takes no place.
HOLD: Final = "SELECT pg_advisory_xact_lock(hashtext('core long job'), %s)"
HELD: Final = """
SELECT objid FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 2
      AND classid = (hashtext('core long job')::bigint & 4294967295)::oid
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
LOOKS: Final = {False: "core.tasks.look", True: "core.tasks.look_for_long"}
LEASE = timedelta(minutes=30)
ATTEMPTS = 8


class LeaseLost(Exception):
    pass


def job(kind: str, *, long: bool = False) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of one kind. It gets the payload and must bear being run twice.

    ``long``: it may take minutes. Of those only `LONG_JOBS` run at once, on the queue for long work.
    """

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        if long:
            LONG.add(kind)
        return handler

    return register


def enqueue(*, kind: str, key: str, payload: Mapping[str, Any] | None = None, run_at: datetime | None = None) -> None:
    """Write a job in the caller's transaction. One that waits under the same key is not written again."""
    when: dict[str, Any] = {"run_at": run_at} if run_at else {}
    Job.objects.bulk_create([Job(kind=kind, key=key, payload=dict(payload or {}), **when)], ignore_conflicts=True)
    wake_after_commit(LOOKS[kind in LONG])


def work(*, limit: int = 100, long: bool | None = None) -> int:
    """Claim and do due jobs until none is left or ``limit`` is reached: the long ones, the others, or (None) both.
    Returns how many were claimed."""
    done = 0
    while done < limit and (claimed := _claim(long)):
        _run(claimed)
        done += 1
    return done


def long_waits() -> bool:
    """Whether a long job is due."""
    return Job.objects.filter(_due(), kind__in=LONG).exists()


def _due() -> Q:
    return Q(state=Job.State.WAITING, run_at__lte=Now()) | Q(state=Job.State.RUNNING, leased_until__lt=Now())


def _claim(long: bool | None = None) -> Job | None:
    _give_up(Job.objects.filter(state=Job.State.RUNNING, leased_until__lt=Now(), attempts__gte=ATTEMPTS))
    due = {None: Job.objects.all(), True: Job.objects.filter(kind__in=LONG), False: Job.objects.exclude(kind__in=LONG)}
    with transaction.atomic():
        if long and not _has_room():
            return None
        claimed = due[long].filter(_due()).select_for_update(skip_locked=True).order_by("run_at", "id").first()
        if claimed is None:
            return None
        Job.objects.filter(pk=claimed.pk).update(
            state=Job.State.RUNNING, attempts=F("attempts") + 1, leased_until=_from_now(LEASE)
        )
        claimed.refresh_from_db()
    return claimed


def _has_room() -> bool:
    """Whether one more long job may run. Until the transaction ends, nobody else asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('core long jobs'))")
        cursor.execute(HELD)
        at_work = [number for (number,) in cursor.fetchall()]
    running = Job.objects.filter(state=Job.State.RUNNING, kind__in=LONG)
    begins = Q(leased_until__gt=_from_now(LEASE - JUST_NOW))
    return running.filter(begins | Q(pk__in=at_work)).count() < settings.LONG_JOBS


def _run(claimed: Job) -> None:
    try:
        with transaction.atomic():
            if claimed.kind in LONG:
                _hold(claimed)
            failpoint("jobs.after_claim")
            HANDLERS[claimed.kind](claimed.payload)
            failpoint("jobs.before_settle")
            if not _held(claimed).update(state=Job.State.DONE, error="", settled_at=Now(), leased_until=None):
                raise LeaseLost(f"{claimed} was taken over")
    except Exception as error:  # whatever a handler raises is shown with the job, and the job tried again
        _fail(claimed, f"{type(error).__name__}: {error}"[:2000])


def _hold(claimed: Job) -> None:
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [claimed.pk % 2**31])


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
