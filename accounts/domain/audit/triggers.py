"""The triggers that write the audit log. They are set after each migration, so a new table is audited from its first
row and a changed declaration needs no migration of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from core.auditing import Audited, Model, audited, secret_columns
from core.models import Event

NAME = "audited"
PEOPLE = "current_setting('holdfast.actor', true) ~ '^(user|key|playbook):'"
THERE = """
SELECT c.relname, coalesce(obj_description(t.oid, 'pg_trigger'), '')
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = %s AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relnamespace = current_schema()::regnamespace
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A table's trigger, as the statement that sets it."""

    table: str
    sql: str


def install() -> list[str]:
    """Set the triggers that are missing or changed. Returns their tables; most often there are none."""
    there = _there()
    missing = [one for one in wanted() if there.get(one.table) != one.sql]
    with transaction.atomic(), connection.cursor() as cursor:
        for one in missing:
            cursor.execute(one.sql)
            cursor.execute(f"COMMENT ON TRIGGER {NAME} ON {_quoted(one.table)} IS {_literal(one.sql)}")
    return [one.table for one in missing]


def missing() -> list[str]:
    """Audited tables without their trigger: somebody switched it off, or the migrations did not run."""
    there = _there()
    return sorted(one.table for one in wanted() if there.get(one.table) != one.sql)


def wanted() -> Iterator[Wanted]:
    for model, how in audited():
        yield Wanted(model._meta.db_table, _trigger(model, how))
    table = Event._meta.db_table
    yield Wanted(table, _statement(table, "INSERT", f"WHEN ({PEOPLE})", "accounts_audit_event()"))


def _trigger(model: Model, how: Audited) -> str:
    key = model._meta.pk
    assert key is not None
    given = (model._meta.label, str(key.column), ",".join(how.without), ",".join(sorted(secret_columns(model, how))))
    call = f"accounts_audit({', '.join(map(_literal, given))})"
    table = model._meta.db_table
    return _statement(table, "INSERT OR UPDATE OR DELETE", "" if how.always else f"WHEN ({PEOPLE})", call)


def _statement(table: str, operations: str, when: str, call: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {NAME} AFTER {operations} ON {_quoted(table)}"
        f" FOR EACH ROW {when} EXECUTE FUNCTION {call}"
    )


def _there() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(THERE, [NAME])
        return dict(cursor.fetchall())


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def after_migration(**_: Any) -> None:
    """Once all apps are migrated; while some are not, what they need may not be there yet."""
    tables = connection.introspection.table_names()
    if {"accounts_auditentry", Event._meta.db_table} <= set(tables) and _all_there(tables):
        install()


def _all_there(tables: list[str]) -> bool:
    return {one.table for one in wanted()} <= set(tables)
