"""What an operator's machine watches. An app says in its ``gauges.py`` what of its own work can fall behind."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import DatabaseError, connection
from django.db.models import Count

from core import replica
from core.consumers import CONSUMERS
from core.jobs import LONG
from core.models import Job, Mail


@dataclass(frozen=True, slots=True)
class Sample:
    """One value, in the base unit its gauge's name ends with; ``labels`` tell several of one gauge apart."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


Read = Callable[[], Iterable[Sample]]


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    help: str
    read: Read


GAUGES: dict[str, Gauge] = {}
UNSETTLED = [Mail.State.PENDING, Mail.State.CLAIMED, Mail.State.SENDING, Mail.State.UNCERTAIN]


def gauge(name: str, help: str) -> Callable[[Read], Read]:
    """Register a function that reads its samples by one cheap statement: it is asked every few seconds."""

    def register(read: Read) -> Read:
        GAUGES[name] = Gauge(name, help, read)
        return read

    return register


@gauge("holdfast_jobs", "Jobs that wait or run, by kind and state.")
def jobs() -> Iterable[Sample]:
    rows = Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING]).values_list("kind", "state")
    for kind, state, number in rows.annotate(number=Count("pk")).order_by("kind", "state"):
        yield Sample(number, {"kind": kind, "state": state})


@gauge("holdfast_job_oldest_due_seconds", "Seconds since the oldest waiting job was due, by queue; 0 while none is.")
def oldest_job() -> Iterable[Sample]:
    sql = """
        SELECT q.queue, greatest(0, coalesce(extract(epoch FROM now() - min(j.run_at)), 0))
        FROM (VALUES ('holdfast', FALSE), ('holdfast.long', TRUE)) AS q(queue, long)
        LEFT JOIN core_job j ON j.state = 'waiting' AND (j.kind = ANY(%s)) = q.long
        GROUP BY 1 ORDER BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [sorted(LONG)])
        yield from (Sample(float(due), {"queue": queue}) for queue, due in cursor.fetchall())


@gauge("holdfast_mails", "Mails that are not settled, and those of which nobody knows whether they left, by state.")
def mails() -> Iterable[Sample]:
    counted = dict(
        Mail.objects.filter(state__in=UNSETTLED).values_list("state").annotate(number=Count("pk")).order_by()
    )
    yield from (Sample(counted.get(state, 0), {"state": state}) for state in UNSETTLED)


@gauge("holdfast_mail_oldest_due_seconds", "Seconds since the oldest pending mail was due; 0 while none is.")
def oldest_mail() -> Iterable[Sample]:
    yield Sample(_seconds_since("SELECT min(due_at) FROM core_mail WHERE state = 'pending' AND due_at <= now()"))


@gauge("holdfast_consumer_lag_seconds", "Seconds since the first event that a consumer has not read; 0 at the end.")
def consumers() -> Iterable[Sample]:
    sql = """
        SELECT c.consumer, coalesce(extract(epoch FROM now() - (
            SELECT e.at FROM core_event e WHERE (e.tx, e.id) > (c.tx, c.event_id) ORDER BY e.tx, e.id LIMIT 1)), 0)
        FROM core_eventcursor c WHERE c.consumer = ANY(%s) ORDER BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(CONSUMERS)])
        yield from (Sample(max(0.0, float(lag)), {"consumer": name}) for name, lag in cursor.fetchall())


@gauge("holdfast_replica_lag_seconds", "Seconds that the replica is behind; none without one, or where it is away.")
def replica_lag() -> Iterable[Sample]:
    if not replica.is_configured():
        return
    with suppress(DatabaseError):
        behind = replica.seconds_behind()
        yield from () if behind is None else (Sample(behind),)


def _seconds_since(sql: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(extract(epoch FROM now() - ({sql})), 0)")
        return max(0.0, float(cursor.fetchone()[0]))
