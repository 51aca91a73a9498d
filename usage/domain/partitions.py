from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db import connection, transaction

from core.owner import is_ours

TABLES = ("usage_usageday", "usage_usageperson", "usage_usagefeatureperson")
EVENTS = ("usage_rawevent",)
# Row triggers come with the parent; one of statements, and so of TRUNCATE, each table needs itself.
GUARD = 'CREATE TRIGGER append_only BEFORE TRUNCATE ON "{}" FOR EACH STATEMENT EXECUTE FUNCTION core_append_only()'


def ensure(first: date, last: date, *, tables: Sequence[str] = TABLES) -> None:
    """Have a partition of each of these tables for each month from ``first``'s to ``last``'s, both included.

    Cheap when they are there already, and safe to call from any number of processes at once.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if not _missing(first, last, tables):
            return
        # One at a time; who waited looks again.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('usage partitions'))")
        for table, month in _missing(first, last, tables):
            _create(table, month)


def fill_beside(months: Sequence[date]) -> None:
    """Make ``usage_beside``: what is inserted there lands in new tables for these months, without any index yet.

    Much faster than into partitions with their keys, and in nobody's way. ``take_in`` makes partitions of them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('usage partitions'))")
        cursor.execute("CREATE TABLE usage_beside (LIKE usage_usageday INCLUDING DEFAULTS) PARTITION BY RANGE (day)")
        for month in months:
            cursor.execute(
                f'CREATE TABLE "{_name("usage_usageday", month)}" PARTITION OF usage_beside'
                " FOR VALUES FROM (%s) TO (%s)",
                [month, following(month)],
            )


def key_beside(months: Sequence[date]) -> None:
    """Give the new tables their keys. Raises IntegrityError where a row stands there twice."""
    for month in months:
        with connection.cursor() as cursor:
            name = _name("usage_usageday", month)
            cursor.execute(f'ALTER TABLE usage_beside DETACH PARTITION "{name}"')
            cursor.execute(f'ALTER TABLE "{name}" ADD PRIMARY KEY (customer_id, feature_id, day, known_on)')
            cursor.execute(f'CREATE INDEX ON "{name}" USING brin (known_on) WITH (autosummarize = on)')


def take_in(months: Sequence[date]) -> None:
    """Make the new tables, keyed by now, partitions of the usage."""
    with connection.cursor() as cursor:
        for month in months:
            name = _name("usage_usageday", month)
            cursor.execute(GUARD.format(name))
            cursor.execute(
                f'ALTER TABLE usage_usageday ATTACH PARTITION "{name}" FOR VALUES FROM (%s) TO (%s)',
                [month, following(month)],
            )
        cursor.execute("DROP TABLE usage_beside")
    for month in months:
        ensure(month, month)


def contents(months: Sequence[date]) -> str:
    """SQL of all daily usage of these months."""
    parts = (f'SELECT * FROM "{_name("usage_usageday", month)}"' for month in months)
    return " UNION ALL ".join(parts)


def are_missing(months: Sequence[date]) -> bool:
    """Whether there is no partition of daily usage for any of these months."""
    return all(_missing(month, month, ("usage_usageday",)) for month in months)


def months(first: date, last: date) -> Iterator[date]:
    """The first day of every month from ``first``'s to ``last``'s, both included."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = following(month)


def following(month: date) -> date:
    """The first day of the month after ``month``'s."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def drop(table: str, *, before: date) -> list[str]:
    """Take away the partitions of months that end before this day's month begins. Returns their names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass AND c.relname < %s ORDER BY 1",
            [table, _name(table, before)],
        )
        names = [name for (name,) in cursor.fetchall()]
        for name in names:
            cursor.execute(f'DROP TABLE "{name}"')
    return names


def _missing(first: date, last: date, tables: Sequence[str]) -> list[tuple[str, date]]:
    wanted = {_name(table, month): (table, month) for month in months(first, last) for table in tables}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = ANY(%s::regclass[]::oid[]) AND c.relname = ANY(%s)",
            [list(tables), list(wanted)],
        )
        there = {name for (name,) in cursor.fetchall()}
    return [place for name, place in wanted.items() if name not in there]


def _create(table: str, month: date) -> None:
    # ATTACH locks the parent against other DDL only: writers and readers of other months go on.
    name = _name(table, month)
    with connection.cursor() as cursor:
        if not is_ours(table):
            cursor.execute("SELECT usage_partition(%s, %s)", [table, month])
            return
        cursor.execute(f'CREATE TABLE "{name}" (LIKE "{table}" INCLUDING ALL)')
        if table in TABLES:
            cursor.execute(GUARD.format(name))
        cursor.execute(
            f'ALTER TABLE "{table}" ATTACH PARTITION "{name}" FOR VALUES FROM (%s) TO (%s)', [month, following(month)]
        )


def _name(table: str, month: date) -> str:
    return f"{table}_{month:%Y_%m}"
