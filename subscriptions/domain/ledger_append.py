"""What the ledger says already against what it should say: the difference is appended."""

from typing import Final

from subscriptions.domain.ledger_cells import KINDS, PARTS
from subscriptions.domain.ledger_source import CHURN_KINDS

CONTENT: Final = "kind, before, after, fx, price, seats, plan_change, cross_sell, discount, churn_kind, kept"

# What the ledger should say, in millionths and codes.
COLUMNS: Final = {
    "customer_id": "bigint",
    "day": "date",
    "known_on": "date",
    "replaces": "boolean",
    "kind": "smallint",
    "before": "bigint",
    "after": "bigint",
    "fx": "bigint",
    **dict.fromkeys(PARTS, "bigint"),
    "churn": "smallint",
    "kept": "boolean",
    "versions": "bigint[]",
}

# Much of it stands in a temporary table, a little is sent along.
TABLE: Final = "fresh_movements"
SENT: Final = (
    f"jsonb_to_recordset(%(fresh)s::jsonb) fresh({', '.join(f'{name} {type}' for name, type in COLUMNS.items())})"
)

# The same rows as the ledger has them.
FRESH: Final = f"""
SELECT customer_id, day, known_on, replaces, (ARRAY[{", ".join(f"'{kind}'" for kind in KINDS)}])[kind + 1] AS kind,
       before * 0.000001 AS before, after * 0.000001 AS after, fx * 0.000001 AS fx, price * 0.000001 AS price,
       seats * 0.000001 AS seats, plan_change * 0.000001 AS plan_change, cross_sell * 0.000001 AS cross_sell,
       discount * 0.000001 AS discount,
       (ARRAY[{", ".join(f"'{kind}'" for kind in CHURN_KINDS)}])[churn + 1] AS churn_kind,
       kept, versions
FROM {{source}}"""


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in CONTENT.split(", "))


NOTHING: Final = "'none', 0, 0, 0, 0, 0, 0, 0, 0, '', false, '{{}}'::bigint[]"

# A row that the ledger should no longer say on its day of knowledge (a second write on one day took the first back)
# is followed by a revision that says what was known before. A row that got an older one beside it is repeated as one
# that replaces, so that readers find it where they look for such.
APPEND: Final = f"""
WITH fresh AS MATERIALIZED ({FRESH}), stored AS MATERIALIZED (
    SELECT DISTINCT ON (m.customer_id, m.day, m.known_on) m.*
    FROM subscriptions_mrrmovement m
    WHERE m.ruleset_id = %(ruleset)s AND {{scope}}
    ORDER BY m.customer_id, m.day, m.known_on, m.revision DESC
), gone AS (
    SELECT s.* FROM stored s
    WHERE NOT EXISTS (SELECT FROM fresh f
                      WHERE (f.customer_id, f.day, f.known_on) = (s.customer_id, s.day, s.known_on))
), desired AS (
    SELECT f.customer_id, f.day, f.known_on, f.replaces, {_of("f")}, f.versions FROM fresh f
    UNION ALL
    SELECT g.customer_id, g.day, g.known_on, true, {_of("p")}, p.versions
    FROM gone g, LATERAL (
        SELECT * FROM (
            SELECT f.known_on AS since, {_of("f")}, f.versions FROM fresh f
            WHERE (f.customer_id, f.day) = (g.customer_id, g.day) AND f.known_on < g.known_on
            UNION ALL SELECT '-infinity', {NOTHING}
        ) earlier ORDER BY since DESC LIMIT 1) p
), oldest AS (
    SELECT customer_id, day, min(known_on) AS known_on FROM stored GROUP BY 1, 2
), wanted AS MATERIALIZED (
    SELECT d.*, COALESCE(s.revision + 1, 0) AS revision, o.known_on < d.known_on AS is_later,
           s.revision IS NOT NULL AS is_there
    FROM desired d
    LEFT JOIN stored s USING (customer_id, day, known_on)
    LEFT JOIN oldest o USING (customer_id, day)
    WHERE s.revision IS NULL OR ({_of("d")}) IS DISTINCT FROM ({_of("s")}) OR (d.replaces AND NOT s.replaces)
), appended AS (
    INSERT INTO subscriptions_mrrmovement
        (ruleset_id, customer_id, day, known_on, revision, replaces, {CONTENT}, versions)
    SELECT %(ruleset)s, customer_id, day, known_on, revision, replaces OR is_there OR is_later IS TRUE,
           {CONTENT}, versions
    FROM wanted ORDER BY customer_id, day, known_on
)
SELECT count(*), {{news}} FROM wanted
"""

# The same where the ledger says nothing of these customers yet.
INTO: Final = f"""
INSERT INTO subscriptions_mrrmovement (ruleset_id, customer_id, day, known_on, replaces, {CONTENT}, versions)
SELECT %(ruleset)s, customer_id, day, known_on, replaces, {CONTENT}, versions FROM"""
FIRST: Final = f"""
WITH fresh AS MATERIALIZED ({FRESH} ORDER BY customer_id, day, known_on), appended AS ({INTO} fresh)
SELECT count(*), {{news}} FROM fresh
"""
# One portion of it, of which nothing is told.
PORTION: Final = f"{INTO} ({FRESH.format(source=TABLE)}) fresh ORDER BY customer_id, day, known_on"

SILENCE: Final = "'[]'::jsonb"

# What a movement says to those who wait for it: amounts as text, signed; days as text.
MOVEMENT: Final = """jsonb_build_object(
    'customer', n.customer_id, 'day', n.day, 'known_on', n.known_on, 'kind', n.kind, 'before', n.before::text,
    'after', n.after::text, 'amount', (n.after - n.before)::text, 'currency', %(currency)s::text,
    'churn_kind', n.churn_kind)"""


def _news(written: str, before: str) -> str:
    """Of each customer's day what is in force today and was of no kind, or of another, before."""
    last = (
        "SELECT DISTINCT ON (customer_id, day) * FROM {} WHERE known_on <= %(today)s"
        " ORDER BY customer_id, day, known_on DESC"
    )
    return f"""(
    SELECT COALESCE(jsonb_agg({MOVEMENT} ORDER BY n.customer_id, n.day), {SILENCE})
    FROM ({last.format(written)}) n {before.format(last=last.format("stored"))})"""


NEWS: Final = {
    APPEND: _news(
        "wanted",
        """LEFT JOIN ({last}) s USING (customer_id, day)
    WHERE n.kind <> 'none' AND (s.kind IS NULL OR s.known_on <= n.known_on AND s.kind <> n.kind)""",
    ),
    FIRST: _news("fresh", "WHERE n.kind <> 'none'"),
}
