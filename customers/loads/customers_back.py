"""Of customers that were there before a load: what it changed, and how that comes back."""

from typing import Final

from core.loading import Changes, Withdrawal
from core.loading.sql import literal
from customers.domain.history import LAZY
from customers.loads.customer_sql import CHANGES as TOLD
from customers.loads.customer_sql import FACTS, FORMER, LATEST, OWNERS, ROLES, STAGES, UPDATE

BOOK: Final = ("owner_id", "team_id", "created_on")
COLUMNS: Final = tuple(one for one in LATEST if one != "attributes")

MADE: Final = """
SELECT id, jsonb_object_agg(key, before), jsonb_object_agg(key, after) FROM (
    SELECT id, CASE key WHEN 'parent' THEN 'parent_id' ELSE key END AS key, before, after
    FROM load_customer_change WHERE NOT fresh
    UNION ALL
    SELECT n.id, v.key, v.before, v.after FROM load_customer n, LATERAL (VALUES
        ('owner_id', to_jsonb(n.owner_before), to_jsonb(n.owner_id)),
        ('team_id', to_jsonb(n.team_before), to_jsonb(n.team_id)),
        ('created_on', to_jsonb(n.created_before), to_jsonb(n.created_on))
    ) v (key, before, after) WHERE NOT n.fresh
) c GROUP BY id
"""

# What is built in goes before what the company calls the same.
NOW: Final = "SELECT c.id, c.attributes || to_jsonb(c), c.name FROM customers_customer c JOIN IDS i USING (id)"

AS_BEFORE: Final = f"""
CREATE TEMP TABLE load_customer ON COMMIT DROP AS
SELECT c.id, FALSE AS fresh, {", ".join(f"n.{one}" for one in COLUMNS)}, c.known_on,
       (n.owner_id, n.team_id) IS DISTINCT FROM (c.owner_id, c.team_id) AS moved,
       jsonb_strip_nulls(c.attributes || (b.before - ARRAY[{", ".join(map(literal, COLUMNS))}])) AS attributes
FROM IDS b JOIN customers_customer c USING (id), LATERAL jsonb_populate_record(c, b.before) n
"""

CHANGED: Final = f"""
CREATE TEMP TABLE load_customer_change ON COMMIT DROP AS
SELECT c.id, FALSE AS fresh, c.created_on, c.known_on, CASE v.key WHEN 'parent_id' THEN 'parent' ELSE v.key END AS key,
       COALESCE(a.label, '') AS label, COALESCE(a.nature, 'changing') AS nature,
       NULLIF((c.attributes || to_jsonb(c)) -> v.key, 'null') AS before, NULLIF(v.value, 'null') AS after,
       v.key IN ({", ".join(map(literal, (*LAZY, "parent_id")))}) AS lazy
FROM IDS b JOIN customers_customer c USING (id), LATERAL jsonb_each(b.before) v (key, value)
LEFT JOIN customers_attribute a USING (key)
WHERE v.key NOT IN ({", ".join(map(literal, BOOK))})
"""


def put_back(taken: Withdrawal) -> None:
    """Each has again the values it had: facts, known today, like any other change."""
    taken.execute("DROP TABLE IF EXISTS pg_temp.load_customer, pg_temp.load_customer_change")
    for statement in (AS_BEFORE, CHANGED):
        taken.execute(statement.replace("IDS", taken.ids))
    for statement in (UPDATE, FORMER, FACTS, ROLES, STAGES, OWNERS, TOLD):
        taken.execute(statement)


CHANGES: Final = Changes(made=MADE, now=NOW, put_back=put_back)
