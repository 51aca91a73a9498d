from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection


def create(name: str, columns: Mapping[str, str]) -> None:
    """A temporary table, gone with the transaction, that rows are copied into before they are checked and written."""
    body = ", ".join(f"{column} {type}" for column, type in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}; CREATE TEMP TABLE {name} ({body}) ON COMMIT DROP")


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


def execute(sql: str, params: Mapping[str, Any] | None = None) -> int:
    """Returns how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount
