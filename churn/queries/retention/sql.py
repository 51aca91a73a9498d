from typing import Final

from subscriptions.queries.ledger import IN_FORCE

# MRR by the versions, read without the ledger: of each version the row known last, from its first paid day to its
# end. What is in a foreign currency is carried at the rate of the customer's last movement (R18), so for those
# customers the whole is valued anew on each day on which something moves. Rows (customer, column, change): the
# change between two bounds, to be summed up from the first column on.
LEVELS: Final = """
WITH known AS MATERIALIZED (
    SELECT DISTINCT ON (v.subscription_id, v.number) v.customer_id, v.currency, v.mrr, v.ends_on,
           GREATEST(v.starts_on, v.trial_ends_on) AS begins
    FROM subscriptions_subscriptionversion v
    WHERE {known} AND {scope}
    ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
), edges AS MATERIALIZED (
    SELECT k.customer_id, e.day, k.currency, sum(e.way * k.mrr) AS delta
    FROM known k, LATERAL (VALUES (k.begins, 1), (k.ends_on, -1)) e(day, way)
    WHERE k.mrr > 0 AND (k.ends_on IS NULL OR k.ends_on > k.begins) AND e.day < %(day)s
    GROUP BY 1, 2, 3 HAVING sum(e.way * k.mrr) <> 0
), abroad AS MATERIALIZED (
    SELECT DISTINCT customer_id FROM edges WHERE currency <> %(reporting)s
), held AS (
    SELECT d.customer_id, d.day, c.currency, sum(COALESCE(e.delta, 0)) OVER (
               PARTITION BY d.customer_id, c.currency ORDER BY d.day) AS native
    FROM (SELECT DISTINCT customer_id, day FROM edges JOIN abroad USING (customer_id)) d
    JOIN (SELECT DISTINCT customer_id, currency FROM edges JOIN abroad USING (customer_id)) c USING (customer_id)
    LEFT JOIN edges e ON (e.customer_id, e.day, e.currency) = (d.customer_id, d.day, c.currency)
), rates AS MATERIALIZED (
    SELECT n.currency, n.day, (
        SELECT r.rate FROM subscriptions_fxrate r
        WHERE r.currency = n.currency AND r.day <= n.day AND r.day > n.day - %(rate_days)s
          AND (r.known_on < %(known_on)s OR NOT EXISTS (
              SELECT FROM subscriptions_fxrate o
              WHERE o.currency = r.currency AND o.day = r.day AND (o.known_on, o.id) < (r.known_on, r.id)))
        ORDER BY r.day DESC, r.known_on DESC, r.id DESC LIMIT 1) AS rate
    FROM (SELECT DISTINCT currency, day FROM held WHERE currency <> %(reporting)s AND native <> 0) n
), valued AS (
    SELECT h.customer_id, h.day, sum(CASE WHEN h.currency = %(reporting)s OR h.native = 0 THEN h.native
               ELSE subscriptions_half_even(h.native * COALESCE(r.rate, 0)) END) AS mrr
    FROM held h LEFT JOIN rates r USING (currency, day) GROUP BY 1, 2
), v AS (
    SELECT customer_id, day, delta FROM edges
    WHERE customer_id NOT IN (SELECT customer_id FROM abroad)
    UNION ALL
    SELECT customer_id, day, mrr - lag(mrr, 1, 0) OVER (PARTITION BY customer_id ORDER BY day) FROM valued
)
SELECT ({customer})::bigint, width_bucket(v.day, %(bounds)s::date[])::bigint, (sum(v.delta) * 1000000)::bigint
FROM v {canonical} GROUP BY 1, 2 HAVING sum(v.delta) <> 0
"""

# Rows (customer, day since 1970, kind by its place, amount, FX), amounts in millionths.
MOVES: Final = f"""
SELECT ({{customer}})::bigint, (m.day - '1970-01-01'::date)::bigint,
       (array_position(%(kinds)s::text[], m.kind::text) - 1)::bigint,
       ((m.after - m.before) * 1000000)::bigint, (m.fx * 1000000)::bigint
FROM subscriptions_mrrmovement m {{canonical}}
WHERE m.day >= %(since)s AND m.day < %(day)s AND {IN_FORCE} AND {{scope}}
  AND (m.kind <> 'none' OR m.fx <> 0)
"""
