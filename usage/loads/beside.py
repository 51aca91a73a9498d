"""What usage brings along: features that were not seen before, and the days on which a feed was alive."""

from typing import Final

from core.ids import UUID7_SQL
from core.loading import Batch


def write_feeds(batch: Batch, days: str) -> None:
    """``days`` is SQL of the (customer_id, day) that came."""
    for made, statement in ((DAYS_MADE, FEED_DAYS), (FEEDS_MADE, CUSTOMER_FEEDS)):
        batch.execute(f"DROP TABLE IF EXISTS pg_temp.{made}")
        batch.execute(f"CREATE TEMP TABLE {made} (id bigint) ON COMMIT DROP")
        insert = statement.replace("KNOWN", batch.known("day")).replace("DAYS", days)
        batch.execute(f"WITH made AS ({insert} RETURNING id) INSERT INTO {made} SELECT id FROM made")


def make_features(batch: Batch) -> None:
    if "feature" in batch.given:
        batch.execute(
            f"""
            INSERT INTO usage_feature (uid, key, label, kind)
            SELECT {UUID7_SQL}, left(feature, 120), left(feature, 120), 'other'
            FROM (SELECT cell AS feature FROM load_cell WHERE "column" = 'feature' AND cell IS NOT NULL) c
            WHERE NOT EXISTS (SELECT FROM usage_feature f WHERE f.key = left(c.feature, 120)) ORDER BY feature
            ON CONFLICT DO NOTHING
            """
        )


# The ids of what was made.
DAYS_MADE: Final = "load_usage_feed_days"
FEEDS_MADE: Final = "load_usage_feeds"

# As ``usage.domain.record`` writes them: a feed is alive on the days on which something came.
FEED_DAYS: Final = """
INSERT INTO usage_feedday (source_id, day, known_on, customers)
SELECT %(source)s, day, KNOWN, customers FROM (SELECT day, count(*) AS customers FROM (DAYS) d GROUP BY day) t
WHERE NOT EXISTS (SELECT FROM usage_feedday f
                  WHERE f.source_id = %(source)s AND f.day = t.day AND f.known_on <= KNOWN)
ORDER BY day
"""

# Only what says more than is there: an earlier day, or one that was known earlier.
CUSTOMER_FEEDS: Final = """
INSERT INTO usage_customerfeed (source_id, customer_id, day, known_on)
SELECT %(source)s, customer_id, day, KNOWN
FROM (SELECT customer_id, min(day) AS day FROM (DAYS) d GROUP BY customer_id) t
WHERE NOT EXISTS (SELECT FROM usage_customerfeed f WHERE f.source_id = %(source)s
                  AND f.customer_id = t.customer_id AND f.day <= t.day AND f.known_on <= KNOWN)
ORDER BY customer_id
"""
