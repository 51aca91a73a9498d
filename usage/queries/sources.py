"""How fresh the data of each source is, and what of it could not be taken or told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from core.clock import AsOf
from core.models import Source
from usage.models import FeedDay, IntakeSettings, RollupPosition, Silence

RECENT = 28


@dataclass(frozen=True, slots=True)
class SourceState:
    """When a source last sent an event (of those that are kept), the last day it brought use of, on how many of the
    last 28 days it did, and whether it has gone quiet: nothing for longer than the settings allow."""

    source: Source
    last_at: datetime | None
    last_on: date
    days: int
    quiet: bool


def source_states(at: AsOf) -> list[SourceState]:
    """Every source that ever brought usage; the quiet ones first."""
    quiet_days = IntakeSettings.current().quiet_days
    with connection.cursor() as cursor:
        cursor.execute(STATES, {"day": at.day, "known_on": at.known_on, "recent": at.day - timedelta(days=RECENT)})
        rows = cursor.fetchall()
    sources = Source.objects.in_bulk([row[0] for row in rows])
    found = [
        SourceState(sources[source], last_at, last_on, days, last_on < at.day - timedelta(days=quiet_days + 1))
        for source, last_on, days, last_at in rows
    ]
    return sorted(found, key=lambda one: (not one.quiet, one.last_on, one.source.key))


# When a source sent its last event is looked for among the newest of all: further back, the day says enough.
STATES = f"""
    SELECT f.source_id, max(f.day), count(DISTINCT f.day) FILTER (WHERE f.day >= %(recent)s), max(r.last_at)
    FROM {FeedDay._meta.db_table} f LEFT JOIN (
        SELECT source_id, max(received_at) AS last_at
        FROM (SELECT source_id, received_at FROM usage_rawevent ORDER BY tx DESC, id DESC LIMIT 10000) newest GROUP BY 1
    ) r USING (source_id)
    WHERE f.day < %(day)s AND f.known_on < %(known_on)s GROUP BY 1
"""


def open_silences() -> list[Silence]:
    """The silences that last, the longest first."""
    return list(Silence.objects.filter(ended_at=None).select_related("source").order_by("last_on", "id"))


@dataclass(frozen=True, slots=True)
class Unknown:
    """An id or domain of which nobody knows the customer: how much use by how many people waits for it."""

    source: Source
    clue: str
    value: str
    people: int
    events: int
    first: date
    last: date


def unknown(limit: int = 100) -> list[Unknown]:
    """The names that nobody knows, the most used first. Those who came without any are one row of each source."""
    rows = _fetch(UNKNOWN, [limit])
    sources = Source.objects.in_bulk([row[0] for row in rows])
    return [Unknown(sources[source], *rest) for source, *rest in rows]


UNKNOWN = """
    SELECT s.source_id,
           CASE WHEN COALESCE(NULLIF(s.group_id, ''), NULLIF(s.context_id, ''), NULLIF(s.trait_id, '')) IS NOT NULL
                THEN 'id' WHEN s.domain <> '' THEN 'domain' ELSE '' END AS clue,
           COALESCE(NULLIF(s.group_id, ''), NULLIF(s.context_id, ''), NULLIF(s.trait_id, ''), s.domain) AS value,
           count(DISTINCT s.person), sum(d.events)::bigint, min(d.day), max(d.day)
    FROM usage_stranger s JOIN usage_strangerday d ON d.stranger_id = s.id
    GROUP BY 1, 2, 3 ORDER BY 5 DESC, 3 LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """How many events are kept but not yet counted (at most ``MOST``), and when some were counted last."""

    waiting: int
    counted_at: datetime | None

    MOST = 100_000


def lag() -> Lag:
    position = RollupPosition.objects.filter(pk=1).first() or RollupPosition()
    query = "SELECT count(*) FROM (SELECT FROM usage_rawevent WHERE (tx, id) > (%s, %s) LIMIT %s) q"
    ((waiting,),) = _fetch(query, [position.tx, position.event_id, Lag.MOST])
    return Lag(waiting, position.counted_at)


def _fetch(query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
