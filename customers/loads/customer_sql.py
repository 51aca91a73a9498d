"""The statements that write what became of known customers: ``load_customer`` has every customer as it is to be,
``load_customer_change`` each value that is another than before."""

from typing import Final

from core.ids import UUID7_SQL

TEXTS: Final = ("domain", "industry", "country", "stage", "language", "time_zone")

LATEST: Final = ("name", *TEXTS, "employees", "owner_id", "team_id", "parent_id", "created_on", "attributes")

UPDATE: Final = f"""
UPDATE customers_customer c SET {", ".join(f"{one} = n.{one}" for one in LATEST)}, version = c.version + 1
FROM load_customer n
WHERE n.id = c.id
  AND ({", ".join(f"c.{one}" for one in LATEST)}) IS DISTINCT FROM ({", ".join(f"n.{one}" for one in LATEST)})
"""


# The first value of what hardly ever changes is written down when it is about to go.
FORMER: Final = """
INSERT INTO customers_attributechange (customer_id, key, value, day, known_on)
SELECT d.id, d.key, d.before, d.created_on, d.known_on FROM load_customer_change d
WHERE d.lazy AND d.before IS NOT NULL AND d.before <> '""'
  AND NOT EXISTS (SELECT FROM customers_attributechange a WHERE a.customer_id = d.id AND a.key = d.key)
"""

# A constant was always so; anything else is known from its load.
FACTS: Final = """
INSERT INTO customers_attributechange (customer_id, key, value, day, known_on)
SELECT id, key, after,
       CASE WHEN fresh OR nature = 'constant' THEN LEAST(created_on, %(today)s) ELSE %(today)s END,
       CASE WHEN fresh AND nature = 'constant' THEN LEAST(created_on, %(today)s) ELSE %(today)s END
FROM load_customer_change ORDER BY id, key
"""

ROLES: Final = """
INSERT INTO customers_customerrole (customer_id, role, user_id, team_id, day, known_on)
SELECT id, 'csm', owner_id, team_id, %(today)s, %(today)s FROM load_customer WHERE moved ORDER BY id
"""

CREATED: Final = f"""
INSERT INTO customers_timelineentry (uid, customer_id, at, known_on, kind, values)
SELECT {UUID7_SQL}, id, created_on::timestamptz, known_on, 'customer_created', '{{}}'
FROM load_customer WHERE fresh ORDER BY id
"""

STAGES: Final = f"""
INSERT INTO customers_timelineentry (uid, customer_id, at, known_on, kind, values)
SELECT {UUID7_SQL}, id, %(now)s, %(today)s, 'stage_changed', jsonb_build_object('before', before, 'after', after)
FROM load_customer_change WHERE NOT fresh AND key = 'stage' ORDER BY id
"""

OWNERS: Final = f"""
INSERT INTO customers_timelineentry (uid, customer_id, at, known_on, kind, values)
SELECT {UUID7_SQL}, id, %(now)s, %(today)s, 'owner_changed', jsonb_build_object('owner', owner_id, 'team', team_id)
FROM load_customer WHERE moved AND NOT fresh ORDER BY id
"""

CHANGES: Final = f"""
INSERT INTO customers_timelineentry (uid, customer_id, at, known_on, kind, values)
SELECT {UUID7_SQL}, id, %(now)s, %(today)s, 'attributes_changed', jsonb_build_object('changes', jsonb_agg(
           jsonb_build_object('key', key, 'label', label, 'before', before, 'after', after) ORDER BY key))
FROM load_customer_change WHERE NOT fresh AND key NOT IN ('stage', 'parent') GROUP BY id ORDER BY id
"""
