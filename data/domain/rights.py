"""What the database role of the web may do: no table is its own, and what is append-only it can only add to.

Granted anew after every migration to the role that DATABASE_WEB_ROLE names. The audit log it can't even write: the
triggers do, with the rights of the owner.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

AUDIT = ("accounts_auditentry", "accounts_auditlink", "accounts_audithead", "accounts_auditseal")
# What an erasure blanks; a trigger refuses any other change of these.
BLANKED = ("before", "after", "salt", "erased_by")
BY_OWNER = ("accounts_audit", "accounts_audit_chain", "accounts_audit_event", "accounts_audit_write")
DELETE, UPDATE = 8, 16  # bits of pg_trigger.tgtype
# Each table of ours, and which of the two its own triggers refuse for every row.
TABLES = """
SELECT c.relname, coalesce(bit_or(t.tgtype::int) FILTER (WHERE t.tgname ~ 'append_only' AND t.tgtype::int & 2 <> 0), 0)
FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgenabled <> 'D'
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
GROUP BY 1 ORDER BY 1
"""
OWNED = """
SELECT count(*) FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'MEMBER')
"""
ALLOWED = """
SELECT c.relname FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition AND t.tgname ~ 'append_only'
AND (has_table_privilege(c.oid, 'TRUNCATE') OR t.tgtype::int & 16 <> 0 AND has_table_privilege(c.oid, 'UPDATE')
     OR t.tgtype::int & 8 <> 0 AND has_table_privilege(c.oid, 'DELETE'))
GROUP BY 1 ORDER BY 1
"""


class NoSuchRole(Exception):
    """DATABASE_WEB_ROLE names a role that is not there, or one that owns the tables."""


def grant(role: str) -> None:
    """Give the role what the web needs, and nothing else. Raises NoSuchRole. Asked of the owner of the tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(%s, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s", [role, role])
        found = cursor.fetchone()
        if found is None:
            raise NoSuchRole(f"There is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '…'")
        if found[0]:
            raise NoSuchRole(f"{role} is or may become the owner of the tables: give the web a role of its own.")
        for statement in _statements(cursor):
            cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role)))


def _statements(cursor: Any) -> Iterator[str]:
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    yield "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}"
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {{role}}"
    yield "GRANT USAGE ON SCHEMA public TO {role}"
    yield "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    cursor.execute(TABLES)
    for table, refused in cursor.fetchall():
        yield f"GRANT {', '.join(_rights(table, refused))} ON {connection.ops.quote_name(table)} TO {{role}}"
    yield f"GRANT UPDATE ({', '.join(BLANKED)}) ON accounts_auditentry TO {{role}}"
    for name in BY_OWNER:
        arguments = "" if name != "accounts_audit_write" else "text, text, text, jsonb, jsonb"
        yield f"ALTER FUNCTION {name}({arguments}) SECURITY DEFINER SET search_path = public, pg_temp"
    yield from DEFINERS


def _rights(table: str, refused: int) -> list[str]:
    if table == "accounts_auditseal":
        return ["SELECT", "INSERT"]
    if table in AUDIT:
        return ["SELECT"]
    return ["SELECT", "INSERT", *(["UPDATE"] * (not refused & UPDATE)), *(["DELETE"] * (not refused & DELETE))]


# What the web makes beside rows: the month that events land in, and the parts of a new ledger.
DEFINERS = (
    """
    CREATE OR REPLACE FUNCTION usage_partition(parent text, month date) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE part text := parent || to_char(month, '_YYYY_MM');
    BEGIN
        IF parent NOT IN ('usage_usageday', 'usage_usageperson', 'usage_usagefeatureperson', 'usage_rawevent')
           OR month <> date_trunc('month', month) THEN RAISE EXCEPTION 'no such partition'; END IF;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
        IF parent <> 'usage_rawevent' THEN
            EXECUTE format('CREATE TRIGGER append_only BEFORE TRUNCATE ON %I FOR EACH STATEMENT'
                           ' EXECUTE FUNCTION core_append_only()', part);
        END IF;
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, month,
                       month + interval '1 month');
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION subscriptions_partition(ruleset bigint) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE part text := 'subscriptions_mrrmovement_' || ruleset;
    BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF subscriptions_mrrmovement FOR VALUES IN (%L)', part, ruleset);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT'
                       ' EXECUTE FUNCTION core_append_only()', part);
    END $$
    """,
    "REVOKE ALL ON FUNCTION usage_partition(text, date), subscriptions_partition(bigint) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION usage_partition(text, date), subscriptions_partition(bigint) TO {role}",
)


def owns_tables() -> bool:
    """Whether the role that is asking owns the tables, or may become who does."""
    return bool(_rows(OWNED)[0][0])


def may_change() -> list[str]:
    """The append-only tables whose rows the role that is asking has the right to change."""
    return [name for (name,) in _rows(ALLOWED)]


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def after_migration(**_: Any) -> None:
    """What a migration made is granted at once."""
    if settings.DATABASE_WEB_ROLE and owns_tables() and "accounts_auditentry" in connection.introspection.table_names():
        grant(settings.DATABASE_WEB_ROLE)
