"""The statements of ``versions.record_staged``, over the stage and the versions of the subscriptions in it."""

from typing import Final

from subscriptions.domain.mrr import mrr_sql

BASE: Final = (
    "plan_id",
    "interval",
    "quantity",
    "amount",
    "currency",
    "starts_on",
    "trial_ends_on",
    "term_ends_on",
    "auto_renews",
    "notice_days",
    "uplift",
    "discount",
    "discount_ends_on",
    "paused",
    "metered",
    "metered_mean",
)
END: Final = ("ends_on", "cancelled_on", "churn_kind", "reason", "past_due_on")
OTHERWISE: Final = {"churn_kind": "''", "reason": "''", "discount": "0", "paused": "false", "metered": "false"}
ALL: Final = f"{', '.join(BASE)}, {', '.join(END)}, cause"


def _columns(alias: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def _given(names: tuple[str, ...]) -> str:
    """Columns of the stage, as they will be stored."""
    return ", ".join(f"COALESCE(s.{name}, {OTHERWISE[name]})" if name in OTHERWISE else f"s.{name}" for name in names)


FORGET: Final = "DROP TABLE IF EXISTS pg_temp.staged_latest"

# What is believed last of each version of the staged subscriptions, whenever it becomes known.
LATEST: Final = """
CREATE TEMP TABLE staged_latest ON COMMIT DROP AS
SELECT DISTINCT ON (v.subscription_id, v.number) v.*
FROM subscriptions_subscriptionversion v
WHERE v.subscription_id IN (SELECT subscription_id FROM staged_versions)
ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
"""

# A row without a number is the version of its subscription that starts on the same day (the first such row the first
# such version, and so on), else a new one, numbered in the order of the starts.
NUMBER: Final = """
WITH placed AS (
    SELECT row, subscription_id, starts_on,
           row_number() OVER (PARTITION BY subscription_id, starts_on ORDER BY row) AS place
    FROM staged_versions WHERE number IS NULL AND subscription_id IS NOT NULL
), known AS (
    SELECT subscription_id, number, starts_on,
           row_number() OVER (PARTITION BY subscription_id, starts_on ORDER BY number) AS place
    FROM staged_latest
), highest AS (
    SELECT subscription_id, max(number) AS number FROM (
        SELECT subscription_id, number FROM staged_latest
        UNION ALL SELECT subscription_id, number FROM staged_versions WHERE number IS NOT NULL
    ) n GROUP BY 1
), numbered AS (
    SELECT p.row, COALESCE(k.number, COALESCE(h.number, 0) + row_number() OVER (
               PARTITION BY p.subscription_id, k.number IS NULL ORDER BY p.starts_on, p.row)) AS number
    FROM placed p
    LEFT JOIN known k USING (subscription_id, starts_on, place)
    LEFT JOIN highest h USING (subscription_id)
)
UPDATE staged_versions s SET number = n.number FROM numbered n WHERE n.row = s.row
"""

# Two rows for a version that ends: open from when it was known, ended from when its end was. Where a later belief is
# stored already (an end that was still to become known), the new one is repeated on that day, so that it wins there.
INSERT: Final = f"""
WITH wanted AS (
    SELECT s.*, e.id IS NOT NULL AS is_there, e.known_on AS there_known_on,
           e.ends_on IS NOT NULL OR e.cancelled_on IS NOT NULL AS there_ends,
           s.ends_on IS NOT NULL OR s.cancelled_on IS NOT NULL AS ends,
           ({_given(BASE)}) IS NOT DISTINCT FROM ({_columns("e", BASE)}) AS same_base,
           ({_given(END)}) IS NOT DISTINCT FROM ({_columns("e", END)}) AS same_end,
           COALESCE(%(known_on)s, LEAST(s.starts_on, %(today)s)) AS known_on
    FROM staged_versions s LEFT JOIN staged_latest e USING (subscription_id, number)
), dated AS (
    SELECT w.*, GREATEST(w.known_on, COALESCE(w.cancelled_on, w.ends_on)) AS end_known_on
    FROM wanted w WHERE NOT (w.is_there AND w.same_base AND w.same_end)
), appended AS (
    SELECT d.*, false AS ended, d.known_on AS row_known_on FROM dated d
    WHERE NOT d.ends OR d.end_known_on > d.known_on AND (NOT d.is_there OR NOT d.same_base OR d.there_ends)
    UNION ALL
    SELECT d.*, true, d.end_known_on FROM dated d WHERE d.ends
    UNION ALL
    SELECT d.*, d.ends, d.there_known_on FROM dated d
    WHERE d.there_known_on > CASE WHEN d.ends THEN d.end_known_on ELSE d.known_on END
)
INSERT INTO subscriptions_subscriptionversion
    (subscription_id, number, customer_id, known_on, mrr, {ALL})
SELECT s.subscription_id, s.number, o.customer_id, s.row_known_on,
       CASE WHEN s.paused THEN 0 ELSE {mrr_sql(amount="s.amount", interval="s.interval")} END,
       {_given(BASE)},
       CASE WHEN s.ended THEN s.ends_on END, CASE WHEN s.ended THEN s.cancelled_on END,
       CASE WHEN s.ended THEN COALESCE(s.churn_kind, '') ELSE '' END,
       CASE WHEN s.ended THEN COALESCE(s.reason, '') ELSE '' END,
       CASE WHEN s.ended THEN s.past_due_on END, COALESCE(s.cause, '')
FROM appended s JOIN subscriptions_subscription o ON o.id = s.subscription_id
ORDER BY o.customer_id, s.subscription_id, s.number, s.row_known_on
"""

# Who knows the version that follows, knows that the one before has ended by then.
SETTLE: Final = f"""
WITH rows AS (
    SELECT v.* FROM subscriptions_subscriptionversion v
    WHERE v.subscription_id IN (SELECT subscription_id FROM staged_versions)
), latest AS (
    SELECT DISTINCT ON (subscription_id, number) *,
           min(known_on) OVER (PARTITION BY subscription_id, number) AS first_known_on
    FROM rows
    ORDER BY subscription_id, number, known_on DESC, id DESC
), followed AS (
    SELECT *, GREATEST(first_known_on, min(first_known_on) OVER (
               PARTITION BY subscription_id ORDER BY starts_on, number
               ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)) AS settled_on,
           lead(id) OVER (PARTITION BY subscription_id ORDER BY starts_on, number) AS next_id
    FROM latest WHERE ends_on IS NULL OR ends_on > starts_on
)
INSERT INTO subscriptions_subscriptionversion
    (subscription_id, number, customer_id, known_on, mrr, {ALL})
SELECT s.subscription_id, s.number, s.customer_id, s.settled_on, s.mrr, {_columns("s", BASE)}, {_columns("s", END)},
       s.cause
FROM followed s
WHERE s.next_id IS NOT NULL AND s.ends_on IS NOT NULL AND s.settled_on < s.known_on
  AND NOT EXISTS (SELECT FROM rows r
                  WHERE (r.subscription_id, r.number, r.ends_on) = (s.subscription_id, s.number, s.ends_on)
                    AND r.known_on <= s.settled_on)
"""

# Remembers for the transaction how far the versions went before ours.
FIRST: Final = """
SELECT set_config('subscriptions.first', COALESCE(max(id), 0)::text, true) FROM subscriptions_subscriptionversion
"""
OURS: Final = """id > current_setting('subscriptions.first')::bigint
  AND subscription_id IN (SELECT subscription_id FROM staged_versions)"""

TOUCHED: Final = f"""
SELECT DISTINCT customer_id FROM subscriptions_subscriptionversion WHERE {OURS} ORDER BY 1
"""

TOLD: Final = f"""
SELECT jsonb_build_object('version', id, 'subscription', subscription_id, 'customer', customer_id, 'number', number,
                          'starts_on', starts_on, 'ends_on', ends_on, 'mrr', mrr::text, 'currency', currency,
                          'known_on', known_on)
FROM subscriptions_subscriptionversion WHERE {OURS} ORDER BY id
"""

APPENDED: Final = f"SELECT count(*) FROM subscriptions_subscriptionversion WHERE {OURS}"

# Two writers of one customer would not see each other's versions, and each would leave the other's out of the ledger.
LOCK: Final = """
SELECT id FROM customers_customer
WHERE id IN (SELECT o.customer_id FROM subscriptions_subscription o
             WHERE o.id IN (SELECT subscription_id FROM staged_versions))
ORDER BY id FOR NO KEY UPDATE
"""
