"""From the table ``rollup_known`` (who used what, on which day, how often) to the usage that everything reads."""

from datetime import datetime
from typing import Any

from core import clock
from core.domain import events
from core.models import Source
from usage.domain import partitions
from usage.domain.rollup import resolving

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
# What each person did with each feature, and, as the feature with the empty key, with all of them.
USE = """
CREATE TEMP TABLE rollup_use ON COMMIT DROP AS
SELECT customer_id, feature_id, person, day, date_trunc('month', day)::date AS month, sum(events)::int AS events
FROM rollup_known WHERE feature_id IS NOT NULL GROUP BY 1, 2, 3, 4
"""
# Of one source, nothing is left to be added up.
USE_OF_ONE = """
CREATE TEMP TABLE rollup_use ON COMMIT DROP AS
SELECT customer_id, feature_id, person, day, date_trunc('month', day)::date AS month, events
FROM rollup_known WHERE feature_id IS NOT NULL
"""
USE_OVER_ALL = """
UNION ALL
SELECT customer_id, o.id, person, day, date_trunc('month', day)::date, sum(events)::int
FROM rollup_known, (SELECT id FROM usage_feature WHERE key = '') o GROUP BY 1, 2, 3, 4
"""
# The days of the month on which a person did it, and those of them that were known already.
MASK = """
CREATE TEMP TABLE rollup_mask ON COMMIT DROP AS
SELECT m.*, COALESCE(CASE WHEN m.feature_id = o.id THEN (
    SELECT bit_or(p.days) FROM usage_usageperson p
    WHERE p.customer_id = m.customer_id AND p.person = m.person AND p.month = m.month
) ELSE (
    SELECT usage_days(p.days, p.taken ORDER BY p.known_on) FROM usage_usagefeatureperson p
    WHERE p.customer_id = m.customer_id AND p.feature_id = m.feature_id AND p.person = m.person AND p.month = m.month
) END, 0) AS known, m.feature_id = o.id AS is_over_all
FROM (
    SELECT customer_id, feature_id, person, month, bit_or(given) AS days, bit_or(taken) AS taken FROM (
        SELECT customer_id, feature_id, person, month, 1 << (extract(day FROM day)::int - 1) AS given, 0 AS taken
        FROM rollup_use WHERE events > 0
        UNION ALL
        SELECT customer_id, feature_id, person, date_trunc('month', day)::date, 0,
               1 << (extract(day FROM day)::int - 1)
        FROM rollup_taken
    ) d GROUP BY 1, 2, 3, 4
) m, (SELECT id FROM usage_feature WHERE key = '') o
"""
BEFORE = """
CREATE TEMP TABLE rollup_before ON COMMIT DROP AS
SELECT customer_id, feature_id, person, month, known, taken FROM rollup_mask WHERE known <> 0
"""
# A person counts on a day once, however many stretches of events tell of them.
DAYS = """
INSERT INTO usage_usageday AS old (customer_id, feature_id, day, known_on, events, users, errors)
SELECT u.customer_id, u.feature_id, u.day, %(known_on)s, sum(u.events),
       count(*) FILTER (WHERE u.events > 0 AND COALESCE(m.known, 0) >> (extract(day FROM u.day)::int - 1) & 1 = 0)
       - count(*) FILTER (WHERE (m.known & m.taken) >> (extract(day FROM u.day)::int - 1) & 1 = 1), 0
FROM rollup_use u LEFT JOIN rollup_before m USING (customer_id, feature_id, person, month)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (customer_id, feature_id, day, known_on) DO UPDATE SET
    events = old.events + excluded.events, users = COALESCE(old.users, 0) + excluded.users
"""
PERSONS = """
INSERT INTO usage_usageperson AS old (customer_id, person, month, known_on, days)
SELECT customer_id, person, month, %(known_on)s, days & ~known FROM rollup_mask
WHERE is_over_all AND days & ~known <> 0 ORDER BY 1, 2, 3
ON CONFLICT (customer_id, person, month, known_on) DO UPDATE SET days = old.days | excluded.days
"""
FEATURE_PERSONS = """
INSERT INTO usage_usagefeatureperson AS old (customer_id, feature_id, person, month, known_on, days, taken)
SELECT customer_id, feature_id, person, month, %(known_on)s, days & ~known, taken & known FROM rollup_mask
WHERE NOT is_over_all AND (days & ~known <> 0 OR taken & known <> 0) ORDER BY 1, 2, 3, 4
ON CONFLICT (customer_id, feature_id, person, month, known_on) DO UPDATE
SET days = old.days & ~excluded.taken | excluded.days, taken = old.taken | excluded.taken
"""
# As ``usage.domain.record`` writes them. A feed is alive, too, when what it brings is of customers not yet known.
FEED_DAYS = """
INSERT INTO usage_feedday (source_id, day, known_on, customers)
SELECT f.source_id, f.day, %(known_on)s, COALESCE(k.customers, 0)
FROM rollup_fed f LEFT JOIN (
    SELECT source_id, day, count(*) AS customers
    FROM (SELECT DISTINCT source_id, day, customer_id FROM rollup_known) d GROUP BY 1, 2
) k USING (source_id, day)
WHERE NOT EXISTS (SELECT FROM usage_feedday d WHERE d.source_id = f.source_id AND d.day = f.day
                    AND d.known_on <= %(known_on)s)
ORDER BY 1, 2
"""
CUSTOMER_FEEDS = """
INSERT INTO usage_customerfeed (source_id, customer_id, day, known_on)
SELECT source_id, customer_id, min(day), %(known_on)s FROM rollup_known k GROUP BY 1, 2
HAVING NOT EXISTS (SELECT FROM usage_customerfeed f WHERE f.source_id = k.source_id AND f.customer_id = k.customer_id
                     AND f.day <= min(k.day) AND f.known_on <= %(known_on)s)
ORDER BY 1, 2
"""
TOLD = "SELECT source_id, array_agg(DISTINCT customer_id), min(day), max(day) FROM rollup_known GROUP BY 1"


def make_tables(cursor: Any) -> None:
    """The empty tables that a roll-up works on, until the transaction ends."""
    for name, statement in TABLES.items():
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(statement)


def write(cursor: Any, *, at: datetime, over_all: bool = True) -> None:
    """Add what is in ``rollup_known``, known today, and tell of it. Without ``over_all``, to the features only."""
    known_on = {"known_on": clock.today(at)}
    cursor.execute("SELECT DISTINCT date_trunc('month', day)::date FROM rollup_known ORDER BY 1")
    for (month,) in cursor.fetchall():
        partitions.ensure(month, month)
    cursor.execute("DROP TABLE IF EXISTS pg_temp.rollup_use, pg_temp.rollup_mask, pg_temp.rollup_before")
    cursor.execute("ANALYZE rollup_known")
    cursor.execute("SELECT count(DISTINCT source_id) < 2 FROM rollup_known")
    use = USE_OF_ONE if cursor.fetchone()[0] else USE
    cursor.execute(use + USE_OVER_ALL if over_all else use)
    cursor.execute(MASK)
    cursor.execute(BEFORE)
    cursor.execute("ANALYZE rollup_before")
    for statement in (DAYS, PERSONS, FEATURE_PERSONS, FEED_DAYS, CUSTOMER_FEEDS):
        cursor.execute(statement, known_on)
    _tell(cursor, at)


def _tell(cursor: Any, at: datetime) -> None:
    cursor.execute(TOLD)
    told = cursor.fetchall()
    keys = dict(Source.objects.filter(pk__in=[source for source, *_rest in told]).values_list("pk", "key"))
    payloads = [
        {"source": keys[source], "customers": customers, "first": f"{first}", "last": f"{last}"}
        for source, customers, first, last in told
    ]
    events.append(type=RECORDED, payloads=payloads, at=at)
