"""A batch into the database: one statement, and so one transaction, whatever its size."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction

from core.failpoints import failpoint
from usage.domain import partitions
from usage.domain.intake.reading import Arrived, Refused
from usage.models import Rejected

# Who sends a batch again, because the answer was lost, finds its messages seen. Sorted, so that two who send the same
# wait for each other in one order.
TAKE = """
WITH sent AS (
    SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[],
                         %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[])
        AS t (digest, at, kind, name, person, previous, group_id, context_id, trait_id, domain, email, payload)
), fresh AS (
    INSERT INTO usage_seenmessage (source_id, digest, seen_on) SELECT %s, digest, %s FROM sent
    ON CONFLICT DO NOTHING RETURNING digest
)
INSERT INTO usage_rawevent (source_id, received_at, at, kind, name, person, previous, group_id, context_id, trait_id,
                            domain, email, payload)
SELECT %s, %s, at, kind, name, person, previous, group_id, context_id, trait_id, domain, email, payload::jsonb
FROM sent JOIN fresh USING (digest)
"""


def write(
    rows: Iterable[Arrived | Refused], *, source: int, received_at: datetime, path: str, sent_at: str = ""
) -> int:
    """Keep what arrived, once, and what was refused, with its reason. Returns how many events are new.

    All of it is committed when this returns, unless the caller holds a transaction, and none of it when it raises.
    """
    arrived: dict[str, Arrived] = {}
    refused: dict[str, Refused] = {}
    for row in rows:
        if isinstance(row, Arrived):
            arrived.setdefault(row.digest, row)
        else:
            refused.setdefault(row.digest, row)
    if not refused:
        return _take(arrived.values(), source, received_at)
    with transaction.atomic():
        _refuse(refused.values(), source, received_at, path, sent_at)
        return _take(arrived.values(), source, received_at)


def ensure(day: date) -> None:
    """Have partitions for the events of this month and the next."""
    partitions.ensure(day, partitions.following(day), tables=partitions.EVENTS)


def _take(arrived: Iterable[Arrived], source: int, received_at: datetime) -> int:
    rows = sorted(arrived)  # by digest
    if not rows:
        return 0
    columns = [_array(column) for column in zip(*rows, strict=True)]
    values: list[str | int | date | datetime] = [*columns, source, received_at.date(), source, received_at]
    if not connection.in_atomic_block:
        try:
            return _execute(values)
        except IntegrityError:
            pass  # the month has just begun and nobody has made its partition; anything else is said again below
    # Inside a transaction an error would be the end of it, so it is asked for first.
    ensure(received_at.date())
    return _execute(values)


def _array(values: Sequence[object]) -> str:
    """As PostgreSQL writes an array. The driver would ask each value for its type, which takes longer than the rest."""
    return "{" + ",".join(["NULL" if value is None else _quoted(f"{value}") for value in values]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _execute(values: Sequence[str | int | date | datetime]) -> int:
    failpoint("intake.before_write")
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        failpoint("intake.after_write")
        return cursor.rowcount


def _refuse(refused: Iterable[Refused], source: int, received_at: datetime, path: str, sent_at: str) -> None:
    Rejected.objects.bulk_create(
        [
            Rejected(
                source_id=source,
                received_at=received_at,
                reason=one.reason,
                detail=one.detail,
                event=one.event,
                payload=one.payload,
                path=path,
                sent_at=sent_at[:64],
                digest=one.digest,
            )
            for one in sorted(refused, key=lambda one: one.digest)
        ],
        ignore_conflicts=True,
    )
