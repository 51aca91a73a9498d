"""What events tell of people: the company they were seen with, their address, who they turned out to be."""

from django.db import connection

from usage.domain.persons import SQL as HASHED
from usage.domain.rollup.position import Stretch

# Looked up once, by all the processors there are: an INSERT would look by itself.
SAID = """
CREATE TEMP TABLE rollup_said ON COMMIT DROP AS
SELECT source_id, person, CASE WHEN previous <> person THEN previous END AS previous, at, id, kind,
       COALESCE(group_id, context_id, trait_id) AS group_id, domain, email
FROM usage_rawevent WHERE {stretch} AND (kind IN ('identify', 'group') OR previous <> person)
"""
KNOWN = """
INSERT INTO usage_person AS old (source_id, person, group_id, domain, email)
SELECT source_id, person, COALESCE(group_id, ''), COALESCE(domain, ''), email FROM (
    SELECT source_id, person,
           (array_agg(group_id ORDER BY at DESC, id DESC) FILTER (WHERE group_id IS NOT NULL))[1] AS group_id,
           (array_agg(domain ORDER BY at DESC, id DESC) FILTER (WHERE domain IS NOT NULL))[1] AS domain,
           (array_agg(email ORDER BY at DESC, id DESC) FILTER (WHERE email IS NOT NULL))[1] AS email
    FROM rollup_said WHERE kind IN ('identify', 'group') AND person IS NOT NULL GROUP BY 1, 2
) said WHERE COALESCE(group_id, domain, email::text) IS NOT NULL
ORDER BY 1, 2
ON CONFLICT (source_id, person) DO UPDATE SET
    group_id = COALESCE(NULLIF(excluded.group_id, ''), old.group_id),
    domain = COALESCE(NULLIF(excluded.domain, ''), old.domain), email = COALESCE(excluded.email, old.email)
"""
SAME = """
INSERT INTO usage_person AS old (source_id, person, is_person, group_id, domain)
SELECT DISTINCT ON (source_id, previous) source_id, previous, person, '', '' FROM rollup_said
WHERE previous IS NOT NULL ORDER BY source_id, previous, at DESC, id DESC
ON CONFLICT (source_id, person) DO UPDATE SET is_person = excluded.is_person
"""
# Under which hashes contacts may turn up. What is no longer so goes, what is new comes. By sets, not one by one:
# an empty table that fills while it is looked through takes minutes at 100,000 customers.
CONTACTS = f"""
WITH now AS MATERIALIZED (
    SELECT id AS contact_id, customer_id, {HASHED.format("lower(email)")} AS person
    FROM customers_contact WHERE email <> ''
    UNION
    SELECT c.id, c.customer_id, {HASHED.format("x.value")} FROM customers_contact c
    JOIN core_externalid x ON x.noun = 'contact' AND x.object_id = c.id
), gone AS (
    DELETE FROM usage_contactperson WHERE (contact_id, person) IN (
        SELECT contact_id, person FROM usage_contactperson EXCEPT SELECT contact_id, person FROM now)
)
INSERT INTO usage_contactperson (contact_id, customer_id, person)
SELECT contact_id, customer_id, person FROM now
EXCEPT SELECT contact_id, customer_id, person FROM usage_contactperson
ON CONFLICT (person, contact_id) DO UPDATE SET customer_id = excluded.customer_id
"""


def learn(stretch: Stretch) -> None:
    """Remember what the events of this stretch say of people: what was said last counts."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.rollup_said")
        cursor.execute(SAID.format(stretch=stretch.sql), stretch.values)
        for statement in (KNOWN, SAME) if cursor.rowcount else ():
            cursor.execute(statement)


def know_contacts() -> None:
    """Bring up to date under which hashes contacts may turn up in usage."""
    with connection.cursor() as cursor:
        cursor.execute(CONTACTS)
