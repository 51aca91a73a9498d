"""What a load added to usage, and how it is taken away again: usage adds up, and no row says who brought it."""

from datetime import date
from enum import StrEnum
from typing import Final

import pgtrigger

from core.loading import Batch, Withdrawal
from core.loading.sql import execute, fetch
from usage.domain import partitions

COLUMNS: Final = "customer_id, feature_id, day, known_on, events, users, errors"


class Way(StrEnum):
    """How the rows of a load were written: not at all; as whole months; as days, or as differences from what was."""

    NONE = "none"
    MONTHS = "months"
    DAYS = "days"
    DIFFERENCES = "differences"


def by(way: Way) -> None:
    """Keep for the transaction how this load's rows are written."""
    fetch("SELECT set_config('load.usage', %(way)s, true)", {"way": way.value})


def days(batch: Batch) -> str:
    """SQL of the rows that were added."""
    ((way,),) = batch.fetch("SELECT current_setting('load.usage')")
    if way == Way.MONTHS:
        return f"SELECT {COLUMNS} FROM ({partitions.contents(_months(batch))}) d"
    if way == Way.DAYS:
        return of_days(batch)
    return f"SELECT {COLUMNS} FROM load_usage_difference" if way == Way.DIFFERENCES else ""


def of_days(batch: Batch) -> str:
    """SQL of a load's rows of days of which nothing was known."""
    return f"""
        SELECT d.customer_id, COALESCE(d.feature_id, o.id) AS feature_id, d.day, {batch.known("d.day")} AS known_on,
               d.events, d.users, d.errors
        FROM load_usage_day d, (SELECT id FROM usage_feature WHERE key = '') o
        WHERE d.feature_id IS NOT NULL OR NOT d.given
    """


def _months(batch: Batch) -> list[date]:
    rows = batch.fetch("SELECT DISTINCT date_trunc('month', day)::date FROM load_usage_over_all ORDER BY 1")
    return [month for (month,) in rows]


def take_back(taken: Withdrawal) -> None:
    """Rows that were taken for known on their own days go, as does what nobody has read yet: they never were. Of what
    was believed since the load, the opposite is known today. The marks of persons and of feeds go."""
    taken.execute("SELECT set_config('holdfast.taking_back', 'yes', true)")
    for statement in (GONE, LESS, OPPOSITE, *PERSONS):
        taken.execute(statement)
    taken.execute("SELECT set_config('holdfast.taking_back', '', true)")
    with pgtrigger.ignore("usage.FeedDay:append_only", "usage.CustomerFeed:append_only"):
        for table, gone in (("usage_feedday", "taken_feed_days"), ("usage_customerfeed", "taken_feeds")):
            execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM {gone})")


SAME: Final = "(u.customer_id, u.feature_id, u.day, u.known_on) = (t.customer_id, t.feature_id, t.day, t.known_on)"
NEVER_WAS: Final = "(t.known_on < %(loaded_on)s OR t.known_on >= %(today)s)"

GONE: Final = f"""
DELETE FROM usage_usageday u USING taken_days t
WHERE {SAME} AND {NEVER_WAS} AND (u.events, u.errors) = (t.events, t.errors) AND u.users IS NOT DISTINCT FROM t.users
"""

# Others added to the same row.
LESS: Final = f"""
UPDATE usage_usageday u SET events = u.events - t.events, errors = u.errors - t.errors,
    users = u.users - COALESCE(t.users, 0)
FROM taken_days t WHERE {SAME} AND {NEVER_WAS}
"""

OPPOSITE: Final = f"""
INSERT INTO usage_usageday AS old ({COLUMNS})
SELECT customer_id, feature_id, day, %(today)s, -events, -users, -errors FROM taken_days t
WHERE NOT {NEVER_WAS} AND (events <> 0 OR users <> 0 OR errors <> 0) ORDER BY 1, 2, 3
ON CONFLICT (customer_id, feature_id, day, known_on) DO UPDATE SET
    events = old.events + excluded.events, errors = old.errors + excluded.errors,
    users = CASE WHEN COALESCE(old.users, excluded.users) IS NOT NULL
                 THEN COALESCE(old.users, 0) + COALESCE(excluded.users, 0) END
"""


def _persons(table: str, *key: str) -> tuple[str, str]:
    same = " AND ".join(f"p.{one} = t.{one}" for one in ("customer_id", "person", "month", "known_on", *key))
    which = f"{same} AND t.feature_id IS {'NOT NULL' if key else 'NULL'}"
    return (
        f"DELETE FROM {table} p USING taken_persons t WHERE {which} AND p.days & ~t.days = 0",
        f"UPDATE {table} p SET days = p.days & ~t.days FROM taken_persons t WHERE {which} AND p.days & t.days <> 0",
    )


PERSONS: Final = (*_persons("usage_usageperson"), *_persons("usage_usagefeatureperson", "feature_id"))
