from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection, transaction

from core.domain import events
from core.models import Source
from usage.domain import features, partitions
from usage.domain.persons import hashed


@dataclass(frozen=True, slots=True)
class Used:
    """What a customer did with a feature on a day; '' is the day over all features. Counts add to what is known.

    ``users`` is the day's own count; where ``persons`` are given, they are counted instead.
    """

    customer_id: int
    day: date
    events: int
    feature: str = ""
    users: int | None = None
    errors: int = 0
    persons: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[int, str, date]:
        return self.customer_id, self.feature, self.day


@transaction.atomic
def record(*, rows: Sequence[Used], source: Source, known_on: date | None = None) -> None:
    """Add usage: what the features did, the day over all, who was active, which feeds are alive.

    Several rows of one (customer, feature, day) add up. A day that comes without a row over all gets the sum of
    its features. ``known_on`` is when we learned of it; None takes each row's own day, as a load of history does.
    Features that were not seen before are made. Appends one ``usage.recorded.v1`` with the customers and days.
    """
    if not rows:
        return
    merged = _merged([*rows, *_over_all(rows)])
    days = [row.day for row in merged]
    partitions.ensure(min(days), max(days))
    ids = features.ids({row.feature for row in merged})
    _insert_days(merged, ids, known_on)
    _insert_persons(merged, known_on)
    _insert_feature_persons(merged, ids, known_on)
    _insert_feeds(merged, source, known_on)
    customers = sorted({row.customer_id for row in merged})
    payload = {"source": source.key, "customers": customers, "first": f"{min(days)}", "last": f"{max(days)}"}
    events.append(type="usage.recorded.v1", payloads=[payload])


def _over_all(rows: Sequence[Used]) -> list[Used]:
    given = {(row.customer_id, row.day) for row in rows if not row.feature}
    # A person may use several features: users of the day over all are known by person, or not at all.
    return [replace(row, feature="", users=None) for row in rows if (row.customer_id, row.day) not in given]


def _merged(rows: Sequence[Used]) -> list[Used]:
    """One row of each key, in the key's order, so that two writers lock in the same order."""
    by_key: dict[tuple[int, str, date], Used] = {}
    for row in rows:
        there = by_key.get(row.key)
        by_key[row.key] = _plus(there, row) if there else row
    return sorted(by_key.values(), key=lambda row: row.key)


def _plus(one: Used, other: Used) -> Used:
    counts = [users for users in (one.users, other.users) if users is not None]
    return replace(
        one,
        events=one.events + other.events,
        errors=one.errors + other.errors,
        users=sum(counts) if counts else None,
        persons=one.persons + other.persons,
    )


def _insert_days(rows: Sequence[Used], ids: Mapping[str, int], known_on: date | None) -> None:
    _execute(
        """
        INSERT INTO usage_usageday AS old (customer_id, feature_id, day, known_on, events, users, errors)
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[], %s::int[], %s::int[], %s::int[])
        ON CONFLICT (customer_id, feature_id, day, known_on) DO UPDATE SET
            events = old.events + excluded.events, errors = old.errors + excluded.errors,
            users = CASE WHEN COALESCE(old.users, excluded.users) IS NOT NULL
                         THEN COALESCE(old.users, 0) + COALESCE(excluded.users, 0) END
        """,
        [
            (row.customer_id, ids[row.feature], row.day, known_on or row.day, row.events, _users(row), row.errors)
            for row in rows
        ],
    )


def _users(row: Used) -> int | None:
    return len(set(row.persons)) if row.persons else row.users


def _insert_persons(rows: Sequence[Used], known_on: date | None) -> None:
    seen = sorted(
        {
            (row.customer_id, hashed(person), row.day.replace(day=1), known_on or row.day, 1 << (row.day.day - 1))
            for row in rows
            for person in row.persons
        }
    )
    if not seen:
        return
    _execute(
        """
        INSERT INTO usage_usageperson AS old (customer_id, person, month, known_on, days)
        SELECT a, b, c, d, bit_or(e) FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[], %s::int[])
            AS t (a, b, c, d, e) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (customer_id, person, month, known_on) DO UPDATE SET days = old.days | excluded.days
        """,
        seen,
    )


def _insert_feature_persons(rows: Sequence[Used], ids: Mapping[str, int], known_on: date | None) -> None:
    used = {
        (row.customer_id, ids[row.feature], hashed(person), row.day, known_on or row.day)
        for row in rows
        for person in row.persons
        if row.feature
    }
    if used:
        _execute(
            """
            INSERT INTO usage_usagefeatureperson AS old (customer_id, feature_id, person, month, known_on, days)
            SELECT a, b, c, date_trunc('month', d)::date, e, bit_or(1 << (extract(day FROM d)::int - 1))
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[], %s::date[]) AS t (a, b, c, d, e)
            GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
            ON CONFLICT (customer_id, feature_id, person, month, known_on) DO UPDATE
            SET days = old.days | excluded.days
            """,
            sorted(used),
        )


def _insert_feeds(rows: Sequence[Used], source: Source, known_on: date | None) -> None:
    arrived = sorted({(row.customer_id, row.day, known_on or row.day) for row in rows})
    for statement in (FEED_DAYS, CUSTOMER_FEEDS):
        _execute(statement.replace("%(source)s", str(source.pk)), arrived)


FEED_DAYS = """
    INSERT INTO usage_feedday (source_id, day, known_on, customers)
    SELECT %(source)s, day, known_on, count(*)
    FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS t (customer_id, day, known_on)
    WHERE NOT EXISTS (SELECT FROM usage_feedday f WHERE f.source_id = %(source)s AND f.day = t.day
                      AND f.known_on <= t.known_on)
    GROUP BY 2, 3
"""
# Only what says more than is there: an earlier day, or one that was known earlier.
CUSTOMER_FEEDS = """
    INSERT INTO usage_customerfeed (source_id, customer_id, day, known_on)
    SELECT DISTINCT ON (customer_id) %(source)s, customer_id, day, known_on
    FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS t (customer_id, day, known_on)
    WHERE NOT EXISTS (SELECT FROM usage_customerfeed f WHERE f.source_id = %(source)s
                      AND f.customer_id = t.customer_id AND f.day <= t.day AND f.known_on <= t.known_on)
    ORDER BY customer_id, day, known_on
"""


def _execute(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
