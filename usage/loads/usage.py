"""usage.csv, the one file that grows without end: few statements, each over the whole of it."""

from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.loading import DATE, INTEGER, Added, Batch, Column, Noun, Written
from core.loading.sql import execute
from usage.domain import partitions
from usage.loads import fresh, persons, taking_back
from usage.loads.beside import DAYS_MADE, FEEDS_MADE, make_features, write_feeds

COLUMNS: Final = (
    Column("customer_id", required=True, refers="customer"),
    Column("day", DATE, required=True),
    Column("feature", longest=120, repeats=True),
    Column("events", INTEGER, required=True, least=0),
    Column("users", INTEGER, least=0),
    Column("person"),
    Column("errors", INTEGER, least=0),
)
MOST: Final = 2**31 - 1


def check(batch: Batch) -> None:
    """Add up the rows by customer, day and feature; what stands there twice, or adds up to too much, is refused."""
    if fresh.build(batch):
        return
    _sum_up(batch)
    together = ["customer_id", "day", *(one for one in ("feature", "person") if one in batch.given)]
    same = ", ".join(f"COALESCE({one}, '')" for one in together)
    if batch.fetch("SELECT FROM load_usage_day WHERE repeated AND feature_id IS NOT NULL LIMIT 1"):
        batch.refuse(
            field=", ".join(together),
            rule="twice",
            message=_("The same row stands on line %(detail)s already."),
            lines=f"""
                SELECT line, customer_id, first::text FROM (
                    SELECT c.*, first_value(line) OVER w AS first, row_number() OVER w AS place
                    FROM {batch.cells} c WINDOW w AS (PARTITION BY {same} ORDER BY line)
                ) c WHERE place > 1
            """,
        )
    _check_size(batch)


def _check_size(batch: Batch) -> None:
    batch.refuse(
        field="events",
        rule="too_large",
        message=_("The day adds up to more than we can count."),
        lines=f"""
            SELECT c.line, c.events, NULL FROM load_usage_day d
            JOIN core_externalid x ON x.source_id = %(source)s AND x.noun = 'customer' AND x.object_id = d.customer_id
            JOIN {batch.cells} c ON c.customer_id = x.value AND c.day = d.day::text
            WHERE d.feature_id IS NULL AND (d.events > {MOST} OR d.errors > {MOST})
        """,
    )


def _sum_up(batch: Batch) -> None:
    """``load_usage_day``: a row for every customer, day and feature, and one, without feature, for each day."""
    feature = "COALESCE(c.feature, '')" if "feature" in batch.given else "''"
    errors = "COALESCE(sum(c.errors::bigint), 0)::bigint" if "errors" in batch.given else "0::bigint"
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_usage_day")
    make_features(batch)
    # Sorted, the groups of both kinds come from one pass; in memory they would not fit.
    execute("SET LOCAL enable_hashagg = off")
    batch.execute(
        f"""
        CREATE TEMP TABLE load_usage_day ON COMMIT DROP AS
        SELECT x.object_id AS customer_id, c.day::date AS day, f.id AS feature_id,
               sum(c.events::bigint)::bigint AS events, {_users(batch)} AS users, {errors} AS errors,
               {_repeated(batch)} AS repeated,
               GROUPING(f.id) = 1 AND bool_or({feature} = '') AS given
        FROM {batch.cells} c
        JOIN core_externalid x ON x.source_id = %(source)s AND x.noun = 'customer' AND x.value = c.customer_id
        JOIN usage_feature f ON f.key = {feature}
        {_without_problems(batch)}
        GROUP BY GROUPING SETS ((1, 2, 3), (1, 2))
        """
    )
    execute("SET LOCAL enable_hashagg = on")
    execute("ANALYZE load_usage_day")


def _users(batch: Batch) -> str:
    """Users of several features are known by person, or not at all."""
    given = "max(c.users::integer)" if "users" in batch.given else "NULL::integer"
    persons = "NULLIF(count(DISTINCT c.person), 0)::integer" if "person" in batch.given else "NULL::integer"
    return f"CASE WHEN GROUPING(f.id) = 1 THEN {persons} ELSE COALESCE({persons}, {given}) END"


def _repeated(batch: Batch) -> str:
    once = "count(DISTINCT COALESCE(c.person, ''))" if "person" in batch.given else "1"
    return f"count(*) > {once}"


def _without_problems(batch: Batch) -> str:
    if not batch.fetch("SELECT FROM load_problem WHERE noun = 'usage' LIMIT 1"):
        return ""
    return "WHERE NOT EXISTS (SELECT FROM load_problem p WHERE p.noun = 'usage' AND p.line = c.line)"


def write(batch: Batch) -> Written:
    """What is new, as known on its day or today; of a day that is known otherwise, the difference, known today.

    A row of usage.csv is the whole of what the customer did with the feature on that day. The day over all features
    is the sum of them, unless the file gives it.
    """
    taking_back.by(taking_back.Way.NONE)
    persons.forget(batch)
    if fresh.is_built(batch):
        taking_back.by(taking_back.Way.MONTHS)
        return fresh.take_in(batch)
    if batch.fetch("SELECT FROM load_problem WHERE noun = 'usage' LIMIT 1"):
        _sum_up(batch)
    ((rows, first, last),) = batch.fetch("SELECT count(feature_id), min(day), max(day) FROM load_usage_day")
    if not rows:
        return Written()
    for month in sorted({day.replace(day=1) for (day,) in batch.fetch("SELECT DISTINCT day FROM load_usage_day")}):
        partitions.ensure(month, month)
    there = "SELECT FROM usage_usageday WHERE day BETWEEN %(first)s AND %(last)s LIMIT 1"
    if batch.fetch(there, first=first, last=last):
        taking_back.by(taking_back.Way.DIFFERENCES)
        new, changed = _write_differences(batch, first=first, last=last)
    else:
        taking_back.by(taking_back.Way.DAYS)
        new, changed = rows, 0
        batch.execute(INSERT + taking_back.of_days(batch))
    if "person" in batch.given:
        persons.write(batch, _without_problems(batch))
    write_feeds(batch, "SELECT customer_id, day FROM load_usage_day WHERE feature_id IS NULL")
    return Written(new=new, changed=changed, unchanged=rows - new - changed)


# Into days of which nothing is known: no row can be there already.
INSERT: Final = "INSERT INTO usage_usageday (customer_id, feature_id, day, known_on, events, users, errors) "


def _write_differences(batch: Batch, *, first: date, last: date) -> tuple[int, int]:
    """How many (customer, feature, day) are new, and how many another than before."""
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_usage_difference")
    batch.execute(DIFFERENCES.replace("KNOWN", batch.known("d.day")), first=first, last=last)
    ((new, changed),) = batch.fetch(
        "SELECT count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM load_usage_difference"
    )
    if new or changed:
        batch.execute(OVER_ALL, first=first, last=last)
        batch.execute(ADD)
    return new, changed


DIFFERENCES: Final = """
CREATE TEMP TABLE load_usage_difference ON COMMIT DROP AS
SELECT d.customer_id, d.feature_id, d.day, k.customer_id IS NULL AS fresh,
       CASE WHEN k.customer_id IS NULL THEN KNOWN ELSE %(today)s END AS known_on,
       d.events - COALESCE(k.events, 0) AS events, d.users - COALESCE(k.users, 0) AS users,
       d.errors - COALESCE(k.errors, 0) AS errors
FROM load_usage_day d LEFT JOIN (
    SELECT customer_id, feature_id, day, sum(events) AS events, sum(users) AS users, sum(errors) AS errors
    FROM usage_usageday WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3
) k USING (customer_id, feature_id, day)
WHERE d.feature_id IS NOT NULL
  AND (k.customer_id IS NULL OR d.events <> k.events OR d.errors <> k.errors OR d.users <> COALESCE(k.users, 0))
"""

# The day over all moves by what its features moved by. Where persons are given, its users are those of the file.
OVER_ALL: Final = """
INSERT INTO load_usage_difference
SELECT d.customer_id, o.id, d.day, FALSE, d.known_on, sum(d.events), max(t.users) - max(COALESCE(k.users, 0)),
       sum(d.errors)
FROM load_usage_difference d
JOIN (SELECT id FROM usage_feature WHERE key = '') o ON o.id <> d.feature_id
JOIN load_usage_day t ON t.customer_id = d.customer_id AND t.day = d.day AND t.feature_id IS NULL AND NOT t.given
LEFT JOIN (
    SELECT customer_id, feature_id, day, sum(users) AS users
    FROM usage_usageday WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3
) k ON k.customer_id = d.customer_id AND k.day = d.day AND k.feature_id = o.id
GROUP BY 1, 2, 3, 5
"""

# A row still grows on the day it is known on; an older one is left as it is.
ADD: Final = """
INSERT INTO usage_usageday AS old (customer_id, feature_id, day, known_on, events, users, errors)
SELECT customer_id, feature_id, day, known_on, events, users, errors FROM load_usage_difference
ORDER BY 1, 2, 3, 4
ON CONFLICT (customer_id, feature_id, day, known_on) DO UPDATE SET
    events = old.events + excluded.events, errors = old.errors + excluded.errors,
    users = CASE WHEN COALESCE(old.users, excluded.users) IS NOT NULL
                 THEN COALESCE(old.users, 0) + COALESCE(excluded.users, 0) END
"""


USAGE: Final = Noun(
    name="usage",
    columns=COLUMNS,
    check=check,
    write=write,
    builds=True,
    added=Added(
        days=taking_back.days,
        persons=persons.written,
        beside=(("feed days", f"SELECT id FROM {DAYS_MADE}"), ("feeds", f"SELECT id FROM {FEEDS_MADE}")),
        take_back=taking_back.take_back,
    ),
)
