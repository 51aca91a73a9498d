"""The ledger as statements. What each step holds is said beside it; ``ledger_plain`` computes the same one by one.

Words: a *belief* is a version as one row tells it, from the day that row was known until the next row of the same
version is. An *edge* is where a belief begins or ends paying (``way`` 1 or -1), taken up (``sign`` 1) or given up
(-1) on ``known_on``. A *world* is the whole ledger of a customer by what was known on one day.
"""

from typing import Final

# Of several rows known on one day the last counts. ``begins`` is the first paid day: after the trial, if any.
BELIEFS: Final = """
told AS MATERIALIZED (
    SELECT v.id, v.customer_id, v.subscription_id, v.number, v.known_on, v.plan_id, v.quantity, v.mrr, v.currency,
           v.churn_kind, GREATEST(v.starts_on, v.trial_ends_on) AS begins, v.ends_on AS ends,
           lead(v.known_on) OVER w AS next_known_on
    FROM subscriptions_subscriptionversion v
    WHERE {scope}
    WINDOW w AS (PARTITION BY v.subscription_id, v.number ORDER BY v.known_on, v.id)
), compared AS (
    SELECT t.*, COALESCE(t.pays AND lag(t.pays) OVER w AND (begins, plan_id, quantity, mrr, currency)
               IS NOT DISTINCT FROM (lag(begins) OVER w, lag(plan_id) OVER w, lag(quantity) OVER w, lag(mrr) OVER w,
                                     lag(currency) OVER w), false) AS same_begin,
           COALESCE(t.pays AND lag(t.pays) OVER w AND (ends, plan_id, quantity, mrr, currency, churn_kind)
               IS NOT DISTINCT FROM (lag(ends) OVER w, lag(plan_id) OVER w, lag(quantity) OVER w, lag(mrr) OVER w,
                                     lag(currency) OVER w, lag(churn_kind) OVER w), false) AS same_end
    FROM (SELECT *, mrr > 0 AND (ends IS NULL OR ends > begins) AS pays FROM told
          WHERE next_known_on IS DISTINCT FROM known_on) t
    WINDOW w AS (PARTITION BY subscription_id, number ORDER BY known_on)
), beliefs AS (
    SELECT c.*, lead(same_begin) OVER w IS TRUE AS begin_stays, lead(same_end) OVER w IS TRUE AS end_stays
    FROM compared c WINDOW w AS (PARTITION BY subscription_id, number ORDER BY known_on)
)"""

EDGES: Final = """
edges AS MATERIALIZED (
    SELECT b.id, b.customer_id, b.subscription_id, b.number, e.known_on, e.day, e.way, e.sign,
           b.plan_id, b.quantity, b.mrr, b.currency, CASE WHEN e.way < 0 THEN b.churn_kind ELSE '' END AS churn_kind
    FROM beliefs b, LATERAL (VALUES
        (b.known_on, b.begins, 1, 1, NOT b.same_begin),
        (b.known_on, b.ends, -1, 1, NOT b.same_end),
        (b.next_known_on, b.begins, 1, -1, NOT b.begin_stays),
        (b.next_known_on, b.ends, -1, -1, NOT b.end_stays)
    ) e(known_on, day, way, sign, told)
    WHERE b.pays AND e.told AND e.day IS NOT NULL AND e.known_on IS NOT NULL
)"""

# Most customers' days become known in their order and stay as they were: one world tells all of them. For the
# others, each day on which something became known is a world of its own.
WORLDS: Final = """
corrected AS (
    SELECT DISTINCT r.currency, r.known_on FROM subscriptions_fxrate r
    WHERE EXISTS (SELECT FROM subscriptions_fxrate o
                  WHERE o.currency = r.currency AND o.day = r.day AND (o.known_on, o.id) < (r.known_on, r.id))
), known AS (
    SELECT customer_id, known_on FROM edges
    UNION
    SELECT e.customer_id, c.known_on FROM edges e JOIN corrected c USING (currency) WHERE c.known_on > e.known_on
), days AS (
    SELECT customer_id, day, min(known_on) AS first, max(known_on) AS last FROM edges GROUP BY 1, 2
), wild AS MATERIALIZED (
    SELECT customer_id FROM (
        SELECT customer_id, first, last, max(last) OVER (
            PARTITION BY customer_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM days) d
    WHERE first < last OR before > first {all_wild}
    UNION
    SELECT e.customer_id FROM edges e JOIN corrected c USING (currency)
), worlds AS MATERIALIZED (
    SELECT k.customer_id, k.known_on AS world FROM known k JOIN wild USING (customer_id)
), seen AS MATERIALIZED (
    SELECT e.id, e.customer_id, '-infinity'::date AS world, e.known_on, e.day, e.subscription_id, e.way, e.plan_id,
           e.quantity, e.mrr, e.currency, e.churn_kind
    FROM edges e WHERE NOT EXISTS (SELECT FROM wild w WHERE w.customer_id = e.customer_id)
    UNION ALL
    SELECT max(e.id) FILTER (WHERE e.sign > 0), e.customer_id, w.world, w.world, e.day, e.subscription_id, e.way,
           e.plan_id, e.quantity, e.mrr, e.currency, e.churn_kind
    FROM worlds w JOIN edges e ON e.customer_id = w.customer_id AND e.known_on <= w.world
    GROUP BY e.customer_id, w.world, e.day, e.subscription_id, e.number, e.way, e.plan_id, e.quantity, e.mrr,
             e.currency, e.churn_kind
    HAVING sum(e.sign) > 0
)"""

# A customer's MRR in each of its currencies after each day of a world; every currency has a row on every such day.
BALANCES: Final = """
flows AS MATERIALIZED (
    SELECT customer_id, world, known_on, day, currency, sum(way * mrr) AS delta FROM seen GROUP BY 1, 2, 3, 4, 5
), several AS (
    SELECT customer_id FROM edges GROUP BY 1 HAVING min(currency) <> max(currency)
), dense AS (
    SELECT * FROM flows
    UNION ALL
    SELECT d.customer_id, d.world, d.known_on, d.day, c.currency, 0
    FROM (SELECT DISTINCT customer_id, world, known_on, day FROM flows JOIN several USING (customer_id)) d
    JOIN (SELECT DISTINCT customer_id, world, currency FROM flows JOIN several USING (customer_id)) c
        USING (customer_id, world)
    WHERE NOT EXISTS (SELECT FROM flows f WHERE (f.customer_id, f.world, f.day, f.currency)
                          = (d.customer_id, d.world, d.day, c.currency))
), balances AS MATERIALIZED (
    SELECT *, sum(delta) OVER (PARTITION BY customer_id, world, currency ORDER BY day) AS native FROM dense
)"""

# The first rate of a day is known from that day, a corrected one from when it was.
RATES: Final = """
rates AS MATERIALIZED (
    SELECT n.currency, n.day, n.world, (
        SELECT r.rate FROM subscriptions_fxrate r
        WHERE r.currency = n.currency AND r.day <= n.day AND r.day > n.day - %(rate_days)s
          AND (r.known_on <= n.world OR NOT EXISTS (
              SELECT FROM subscriptions_fxrate o
              WHERE o.currency = r.currency AND o.day = r.day AND (o.known_on, o.id) < (r.known_on, r.id)))
        ORDER BY r.day DESC, r.known_on DESC, r.id DESC LIMIT 1) AS rate
    FROM (SELECT DISTINCT currency, day, world FROM balances WHERE currency <> %(reporting)s) n
)"""

# ``before`` is what was carried into the day, at the rates of the day: the difference is FX.
CELLS: Final = """
cells AS (
    SELECT b.customer_id, b.world, b.known_on, b.day, bool_or(b.delta <> 0) AS moves,
           sum(CASE WHEN b.currency = %(reporting)s OR b.native = b.delta THEN b.native - b.delta
                    ELSE subscriptions_half_even((b.native - b.delta) * r.rate) END) AS before,
           sum(CASE WHEN b.currency = %(reporting)s OR b.native = 0 THEN b.native
                    ELSE subscriptions_half_even(b.native * r.rate) END) AS after,
           string_agg(b.currency, ', ') FILTER (WHERE b.currency <> %(reporting)s AND r.rate IS NULL
                                                AND (b.native <> 0 OR b.native <> b.delta)) AS without_rate
    FROM balances b LEFT JOIN rates r USING (currency, day, world)
    GROUP BY 1, 2, 3, 4
), moved AS (
    SELECT c.*, c.before - lag(c.after, 1, 0) OVER w AS fx, row_number() OVER w AS place
    FROM cells c WHERE c.moves
    WINDOW w AS (PARTITION BY customer_id, world ORDER BY day)
)"""

# Where one version takes over from another of the same subscription: another plan is plan; more or fewer units at
# the old price per unit are seats; the rest is price. A subscription that begins or ends as a whole is cross-sell.
SPLITS: Final = """
pairs AS (
    SELECT s.customer_id, s.world, s.day, s.subscription_id, count(*) AS edges, sum(s.way) AS ways,
           sum(v.value) FILTER (WHERE s.way > 0) AS gained, sum(v.value) FILTER (WHERE s.way < 0) AS lost,
           max(s.plan_id) FILTER (WHERE s.way > 0) AS new_plan, max(s.plan_id) FILTER (WHERE s.way < 0) AS old_plan,
           max(s.quantity) FILTER (WHERE s.way > 0) AS new_units, max(s.quantity) FILTER (WHERE s.way < 0) AS old_units,
           min(s.currency) = max(s.currency) AS one_currency, max(s.churn_kind) AS churn_kind,
           max(s.id) FILTER (WHERE s.way > 0) AS new_id, max(s.id) FILTER (WHERE s.way < 0) AS old_id
    FROM seen s LEFT JOIN rates r USING (currency, day, world), LATERAL (SELECT
        CASE WHEN s.currency = %(reporting)s THEN s.mrr ELSE subscriptions_half_even(s.mrr * r.rate) END AS value) v
    GROUP BY 1, 2, 3, 4
), parts AS (
    SELECT p.*, COALESCE(p.gained, 0) - COALESCE(p.lost, 0) AS amount,
           CASE WHEN p.gained IS NULL OR p.lost IS NULL THEN 'cross_sell'
                WHEN p.edges <> 2 OR NOT p.one_currency THEN 'price'
                WHEN p.new_plan IS DISTINCT FROM p.old_plan THEN 'plan'
                WHEN p.new_units <> p.old_units AND p.old_units > 0 THEN 'seats' ELSE 'price' END AS part,
           CASE WHEN p.new_units <> p.old_units AND p.old_units > 0 THEN subscriptions_half_even(
               (p.new_units - p.old_units) * p.lost / (p.old_units * 1.000000000000000)) END AS of_seats
    FROM pairs p
), splits AS (
    SELECT customer_id, world, day,
           COALESCE(sum(amount) FILTER (WHERE part = 'price'), 0)
               + COALESCE(sum(amount - of_seats) FILTER (WHERE part = 'seats'), 0) AS price,
           COALESCE(sum(of_seats) FILTER (WHERE part = 'seats'), 0) AS seats,
           COALESCE(sum(amount) FILTER (WHERE part = 'plan'), 0) AS plan_change,
           COALESCE(sum(amount) FILTER (WHERE part = 'cross_sell'), 0) AS cross_sell,
           max(churn_kind) AS churn_kind,
           array_remove(array_agg(old_id ORDER BY old_id) || array_agg(new_id ORDER BY new_id), NULL) AS versions
    FROM parts GROUP BY 1, 2, 3
)"""

# The sum of the parts is the amount exactly: what rounding at exchange rates leaves goes to the first part there is.
CLASSED: Final = """
rest AS (
    SELECT m.customer_id, m.world, m.known_on, m.day, m.before, m.after, m.fx, m.place, m.without_rate, s.price,
           s.seats, s.plan_change, s.cross_sell, s.churn_kind, s.versions,
           m.after - m.before - s.price - s.seats - s.plan_change - s.cross_sell AS rest
    FROM moved m JOIN splits s USING (customer_id, world, day)
), classed AS (
    SELECT customer_id, world, known_on, day,
           CASE WHEN before = 0 AND after > 0 THEN CASE WHEN place > 1 THEN 'reactivation' ELSE 'new' END
                WHEN after = 0 AND before > 0 THEN 'churn'
                WHEN after > before THEN 'expansion' WHEN after < before THEN 'contraction' ELSE 'none' END AS kind,
           before, after, fx,
           price + CASE WHEN cross_sell = 0 AND plan_change = 0 AND seats = 0 THEN rest ELSE 0 END AS price,
           seats + CASE WHEN cross_sell = 0 AND plan_change = 0 AND seats <> 0 THEN rest ELSE 0 END AS seats,
           plan_change + CASE WHEN cross_sell = 0 AND plan_change <> 0 THEN rest ELSE 0 END AS plan_change,
           cross_sell + CASE WHEN cross_sell <> 0 THEN rest ELSE 0 END AS cross_sell,
           CASE WHEN after = 0 THEN churn_kind ELSE '' END AS churn_kind, versions, without_rate
    FROM rest
)"""

# In a wild customer's worlds, a day is told again only where it differs from the world before.
TOLD: Final = """
retold AS (
    SELECT g.customer_id, g.world AS known_on, g.day, COALESCE(c.kind, 'none') AS kind,
           COALESCE(c.before, 0) AS before, COALESCE(c.after, 0) AS after, COALESCE(c.fx, 0) AS fx,
           COALESCE(c.price, 0) AS price, COALESCE(c.seats, 0) AS seats, COALESCE(c.plan_change, 0) AS plan_change,
           COALESCE(c.cross_sell, 0) AS cross_sell, COALESCE(c.churn_kind, '') AS churn_kind,
           COALESCE(c.versions, '{{}}') AS versions, c.without_rate
    FROM (SELECT DISTINCT w.customer_id, w.world, e.day FROM worlds w
          JOIN edges e ON e.customer_id = w.customer_id AND e.known_on <= w.world) g
    LEFT JOIN classed c USING (customer_id, world, day)
), changed AS (
    SELECT r.*, (kind, before, after, fx, price, seats, plan_change, cross_sell, churn_kind)
               IS DISTINCT FROM (lag(kind, 1, 'none') OVER w, lag(before, 1, 0) OVER w, lag(after, 1, 0) OVER w,
                                 lag(fx, 1, 0) OVER w, lag(price, 1, 0) OVER w, lag(seats, 1, 0) OVER w,
                                 lag(plan_change, 1, 0) OVER w, lag(cross_sell, 1, 0) OVER w,
                                 lag(churn_kind, 1, '') OVER w) AS news
    FROM retold r WINDOW w AS (PARTITION BY customer_id, day ORDER BY known_on)
)
SELECT customer_id, day, known_on, false AS replaces, kind, before, after, fx, price, seats, plan_change, cross_sell,
       0::numeric AS discount, churn_kind, versions, without_rate
FROM classed WHERE world = '-infinity'
UNION ALL
SELECT customer_id, day, known_on, row_number() OVER (PARTITION BY customer_id, day ORDER BY known_on) > 1, kind,
       before, after, fx, price, seats, plan_change, cross_sell, 0, churn_kind, versions, without_rate
FROM changed WHERE news
"""


def movements(*, scope: str, all_wild: bool = False) -> str:
    """The statement that gives the ledger's rows of the versions ``v`` that meet ``scope``.

    Parameters: ``reporting`` (currency) and ``rate_days``. ``without_rate`` names currencies that had none on the
    day; the amounts are NULL then. With ``all_wild`` no customer takes the short way: for tests.
    """
    steps = (BELIEFS, EDGES, WORLDS, BALANCES, RATES, CELLS, SPLITS, CLASSED, TOLD)
    text = "WITH " + ",".join(steps[:-1]) + "," + steps[-1]
    return text.format(scope=scope, all_wild="OR true" if all_wild else "")
