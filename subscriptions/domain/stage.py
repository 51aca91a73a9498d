from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import connection

FEW: Final = 20  # rows that are sent along with a statement


def create(name: str, columns: Mapping[str, str]) -> None:
    """A temporary table, gone with the transaction, that rows are copied into before they are checked and written."""
    execute(_create(name, columns))


def create_with(name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """``create`` and ``copy`` of rows with a value for each column; a few in one go."""
    if len(rows) > FEW:
        create(name, columns)
        copy(name, columns, rows)
        return
    values = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        statement = f"{_create(name, columns)}; INSERT INTO {name} VALUES {', '.join([f'({values})'] * len(rows))}"
        cursor.execute(statement, [value for row in rows for value in row])


def _create(name: str, columns: Mapping[str, str]) -> str:
    body = ", ".join(f"{column} {type}" for column, type in columns.items())
    return f"DROP TABLE IF EXISTS pg_temp.{name}; CREATE TEMP TABLE {name} ({body}) ON COMMIT DROP"


def copy(name: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as out,
    ):
        for row in rows:
            out.write_row(row)


def analyze(name: str) -> None:
    """Tell the planner what was copied: without it, it takes a large stage for a small one."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {name}")


def fetch(sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def run(*statements: str, params: Mapping[str, Any] | None = None) -> list[list[tuple[Any, ...]]]:
    """Several statements one after another in one go. Returns the rows of those that have some to give."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(statements), params)
        while True:
            if cursor.description:
                found.append(cursor.fetchall())
            if not cursor.nextset():
                return found


def execute(sql: str, params: Mapping[str, Any] | None = None) -> int:
    """Returns how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount
