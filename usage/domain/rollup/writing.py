"""From the table ``rollup_known`` (who used what, on which day, how often) to the usage that everything reads."""

from datetime import datetime
from typing import Any

from core import clock
from core.domain import events
from core.models import Source
from usage.domain import partitions
from usage.domain.rollup import resolving
from usage.domain.rollup.addition import Addition

RECORDED = "usage.recorded.v1"
TABLES = {
    "rollup_who": resolving.TABLE,
    "rollup_known": """
        CREATE TEMP TABLE rollup_known (source_id bigint, customer_id bigint, feature_id bigint, person bigint,
                                        day date, events int) ON COMMIT DROP
    """,
    # Who turns out not to have used a feature on a day: filled where rules have changed.
    "rollup_taken": """
        CREATE TEMP TABLE rollup_taken (customer_id bigint, feature_id bigint, person bigint, day date) ON COMMIT DROP
    """,
    "rollup_fed": "CREATE TEMP TABLE rollup_fed (source_id bigint, day date) ON COMMIT DROP",
}
DERIVED = ("each", "over", "came", "marked", "before", "mask", "day")
# What each person did with each feature.
EACH = """
CREATE TEMP TABLE rollup_each ON COMMIT DROP AS
SELECT customer_id, feature_id, person, day, sum(events)::int AS events
FROM rollup_known WHERE feature_id IS NOT NULL GROUP BY 1, 2, 3, 4
"""
# And with all of them, as the feature with the empty key.
OVER_ALL = """
CREATE TEMP TABLE rollup_over ON COMMIT DROP AS
SELECT customer_id, o.id AS feature_id, person, day, sum(events)::int AS events
FROM rollup_known, (SELECT id FROM usage_feature WHERE key = '') o GROUP BY 1, 2, 3, 4
"""
USE = "SELECT customer_id, feature_id, person, day, events FROM {} WHERE feature_id IS NOT NULL"
MONTH = "date_trunc('month', day::timestamp)::date"
# The days of the month on which a person did it.
MARKED = f"""
CREATE TEMP TABLE rollup_marked ON COMMIT DROP AS
SELECT customer_id, feature_id, person, month, COALESCE(bit_or(1 << (day - month)) FILTER (WHERE given), 0) AS days,
       COALESCE(bit_or(1 << (day - month)) FILTER (WHERE NOT given), 0) AS taken
FROM (
    SELECT customer_id, feature_id, person, day, {MONTH} AS month, TRUE AS given FROM ({{use}}) u WHERE events > 0
    UNION ALL
    SELECT customer_id, feature_id, person, day, {MONTH}, FALSE FROM rollup_taken
) d GROUP BY 1, 2, 3, 4
"""
# Those of them that were known already.
BEFORE = """
CREATE TEMP TABLE rollup_before ON COMMIT DROP AS
SELECT m.customer_id, m.feature_id, m.person, m.month, bit_or(p.days) AS known, m.taken
FROM rollup_marked m JOIN usage_feature o ON o.id = m.feature_id AND o.key = ''
JOIN usage_usageperson p ON p.customer_id = m.customer_id AND p.person = m.person AND p.month = m.month
GROUP BY 1, 2, 3, 4, m.taken
UNION ALL
SELECT m.customer_id, m.feature_id, m.person, m.month, usage_days(p.days, p.taken ORDER BY p.known_on), m.taken
FROM rollup_marked m
JOIN usage_usagefeatureperson p ON p.customer_id = m.customer_id AND p.feature_id = m.feature_id
                               AND p.person = m.person AND p.month = m.month
GROUP BY 1, 2, 3, 4, m.taken
"""
MASK = """
CREATE TEMP TABLE rollup_mask ON COMMIT DROP AS
SELECT m.*, COALESCE(b.known, 0) AS known, m.feature_id = o.id AS is_over_all
FROM rollup_marked m LEFT JOIN rollup_before b USING (customer_id, feature_id, person, month),
     (SELECT id FROM usage_feature WHERE key = '') o
"""
DAYS = """
CREATE TEMP TABLE rollup_day ON COMMIT DROP AS
SELECT customer_id, feature_id, day, sum(events)::int AS events, count(*) FILTER (WHERE events > 0) AS users
FROM ({use}) u GROUP BY 1, 2, 3
"""
# A person counts on a day once, however many stretches of events tell of them.
DAYS_KNOWN_BEFORE = f"""
CREATE TEMP TABLE rollup_day ON COMMIT DROP AS
SELECT u.customer_id, u.feature_id, u.day, sum(u.events)::int AS events,
       count(*) FILTER (WHERE u.events > 0 AND COALESCE(m.known, 0) >> (u.day - u.month) & 1 = 0)
       - count(*) FILTER (WHERE (m.known & m.taken) >> (u.day - u.month) & 1 = 1) AS users
FROM (SELECT *, {MONTH} AS month FROM ({{use}}) u) u
LEFT JOIN rollup_before m USING (customer_id, feature_id, person, month) GROUP BY 1, 2, 3
"""
ADD_DAYS = Addition(
    """
    INSERT INTO usage_usageday AS old (customer_id, feature_id, day, known_on, events, users, errors)
    SELECT customer_id, feature_id, day, %(known_on)s, events, users, 0 FROM rollup_day ORDER BY 1, 2, 3
    """,
    """
    ON CONFLICT (customer_id, feature_id, day, known_on) DO UPDATE SET
        events = old.events + excluded.events, users = COALESCE(old.users, 0) + excluded.users
    """,
)
ADD_PERSONS = Addition(
    """
    INSERT INTO usage_usageperson AS old (customer_id, person, month, known_on, days)
    SELECT customer_id, person, month, %(known_on)s, days & ~known FROM rollup_mask
    WHERE is_over_all AND days & ~known <> 0 ORDER BY 1, 2, 3
    """,
    "ON CONFLICT (customer_id, person, month, known_on) DO UPDATE SET days = old.days | excluded.days",
)
ADD_FEATURE_PERSONS = Addition(
    """
    INSERT INTO usage_usagefeatureperson AS old (customer_id, feature_id, person, month, known_on, days, taken)
    SELECT customer_id, feature_id, person, month, %(known_on)s, days & ~known, taken & known FROM rollup_mask
    WHERE NOT is_over_all AND (days & ~known <> 0 OR taken & known <> 0) ORDER BY 1, 2, 3, 4
    """,
    """
    ON CONFLICT (customer_id, feature_id, person, month, known_on) DO UPDATE
    SET days = old.days & ~excluded.taken | excluded.days, taken = old.taken | excluded.taken
    """,
)
CAME = """
CREATE TEMP TABLE rollup_came ON COMMIT DROP AS
SELECT source_id, customer_id, day FROM rollup_known GROUP BY 1, 2, 3
"""
# As ``usage.domain.record`` writes them. A feed is alive, too, when what it brings is of customers not yet known.
FEED_DAYS = """
INSERT INTO usage_feedday (source_id, day, known_on, customers)
SELECT f.source_id, f.day, %(known_on)s, COALESCE(k.customers, 0)
FROM rollup_fed f
LEFT JOIN (SELECT source_id, day, count(*) AS customers FROM rollup_came GROUP BY 1, 2) k USING (source_id, day)
WHERE NOT EXISTS (SELECT FROM usage_feedday d WHERE d.source_id = f.source_id AND d.day = f.day
                    AND d.known_on <= %(known_on)s)
ORDER BY 1, 2
"""
CUSTOMER_FEEDS = """
INSERT INTO usage_customerfeed (source_id, customer_id, day, known_on)
SELECT source_id, customer_id, min(day), %(known_on)s FROM rollup_came k GROUP BY 1, 2
HAVING NOT EXISTS (SELECT FROM usage_customerfeed f WHERE f.source_id = k.source_id AND f.customer_id = k.customer_id
                     AND f.day <= min(k.day) AND f.known_on <= %(known_on)s)
ORDER BY 1, 2
"""
TOLD = "SELECT source_id, array_agg(DISTINCT customer_id), min(day), max(day) FROM rollup_came GROUP BY 1"


def make_tables(cursor: Any) -> None:
    """The empty tables that a roll-up works on, until the transaction ends."""
    for name, statement in TABLES.items():
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(statement)


def write(cursor: Any, *, at: datetime, over_all: bool = True, once: bool = False) -> None:
    """Add what is in ``rollup_known``, known today, and tell of it. Without ``over_all``, to the features only.

    ``once`` is a promise: nobody stands there twice with one feature and day.
    """
    known_on = {"known_on": clock.today(at)}
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.rollup_{name}' for name in DERIVED)}")
    use = _use(cursor, over_all=over_all, once=once)
    cursor.execute(CAME)
    cursor.execute("SELECT DISTINCT date_trunc('month', day)::date FROM rollup_came ORDER BY 1")
    for (month,) in cursor.fetchall():
        partitions.ensure(month, month)
    masks, days = _mark(cursor, use)
    for addition, rows in ((ADD_DAYS, days), (ADD_PERSONS, masks), (ADD_FEATURE_PERSONS, masks)):
        addition.make(cursor, known_on, rows=rows)
    for statement in (FEED_DAYS, CUSTOMER_FEEDS):
        cursor.execute(statement, known_on)
    _tell(cursor, at)


def _use(cursor: Any, *, over_all: bool, once: bool) -> str:
    """SQL of what each person did with each feature, and with all of them."""
    parts = [USE.format("rollup_known" if once else "rollup_each")]
    if not once:
        cursor.execute(EACH)
    if over_all:
        cursor.execute(OVER_ALL)
        parts.append(USE.format("rollup_over"))
    return " UNION ALL ".join(parts)


def _mark(cursor: Any, use: str) -> tuple[int, int]:
    """Make ``rollup_mask`` and ``rollup_day``. Returns how many rows each has."""
    cursor.execute(MARKED.format(use=use))
    cursor.execute("ANALYZE rollup_marked")
    cursor.execute(BEFORE)
    days = DAYS_KNOWN_BEFORE if cursor.rowcount else DAYS
    cursor.execute("ANALYZE rollup_before")
    cursor.execute(MASK)
    masks = int(cursor.rowcount)
    cursor.execute(days.format(use=use))
    return masks, int(cursor.rowcount)


def _tell(cursor: Any, at: datetime) -> None:
    cursor.execute(TOLD)
    told = cursor.fetchall()
    keys = dict(Source.objects.filter(pk__in=[source for source, *_rest in told]).values_list("pk", "key"))
    payloads = [
        {"source": keys[source], "customers": customers, "first": f"{first}", "last": f"{last}"}
        for source, customers, first, last in told
    ]
    events.append(type=RECORDED, payloads=payloads, at=at)
