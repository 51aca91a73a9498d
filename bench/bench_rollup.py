"""Counting 10 million events, against one GROUP BY over them that gives the same days; and the size of a year."""

import os
from collections.abc import Iterator

from django.db import connection, transaction

from bench.harness import figures, scratch, seconds
from core import clock
from core.models import ExternalId, Source
from customers.models import Customer
from tools.figures import Figure, at_most, info
from usage.domain.intake.writing import ensure
from usage.domain.rollup import counting

EVENTS = int(os.environ.get("ROLLUP_EVENTS", "10000000"))
CUSTOMERS, PERSONS, NAMES, DAYS = 2_000, 8, 12, 28


@figures.measured("rollup")
def rollup() -> Iterator[Figure]:
    with scratch("rollup"):
        _fill()
        plain = min(seconds(_group_by) for _ in range(2))
        taken = seconds(lambda: counting.count_all(at=clock.now()))
        rows, size = _fetch(SIZES)
        yield info("rollup.rows", rows, "days of a feature")
        yield info("rollup.seconds", taken, "s")
        yield info("rollup.group_by", plain, "s")
        yield at_most("rollup.ratio", taken / plain, "× one GROUP BY", 2)
        yield info("rollup.bytes_a_row", size / rows, "bytes, with index")


# Each customer has its people, who use some features on most days: about six events a person, feature and day.
FILL = f"""
INSERT INTO usage_rawevent (source_id, received_at, at, kind, name, person, group_id, payload)
SELECT %s, now(), now() - (n / 6 %% {DAYS}) * interval '1 day', 'track',
       'feature ' || (hashint8(n / 30) & 1023) %% {NAMES},
       (hashint8(n / 6) & 65535) %% {PERSONS} + (n / 6 / {DAYS} %% {CUSTOMERS}) * 100,
       'C' || (n / 6 / {DAYS} %% {CUSTOMERS}), '{{"properties": {{"plan": "pro"}}}}'
FROM generate_series(1, %s) n
"""
GROUP_BY = """
SELECT group_id, name, at::date, count(*) AS events, count(DISTINCT person) AS users
FROM usage_rawevent GROUP BY 1, 2, 3
"""
SIZES = """
SELECT (SELECT count(*) FROM usage_usageday),
       (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'usage_usageday'::regclass)
"""


def _fill() -> None:
    source = Source.objects.create(key="bench", label="bench").pk
    made = Customer.objects.bulk_create(
        Customer(name=f"C{n}", created_on="2020-01-01", known_on="2020-01-01") for n in range(CUSTOMERS)
    )
    ExternalId.objects.bulk_create(
        ExternalId(source_id=source, noun="customer", value=one.name, object_id=one.pk) for one in made
    )
    ensure(clock.now().date())
    with connection.cursor() as cursor:
        cursor.execute(FILL, [source, EVENTS])
        cursor.execute("VACUUM ANALYZE usage_rawevent")


def _group_by() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(f"CREATE TEMP TABLE plain ON COMMIT DROP AS {GROUP_BY}")


def _fetch(query: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows, size = cursor.fetchone()
    return int(rows), int(size)
