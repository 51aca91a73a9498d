from collections.abc import Mapping
from typing import Any

from django.db import connection


def execute(sql: str, params: Mapping[str, Any] | None = None) -> int:
    """Returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return max(cursor.rowcount, 0)


def fetch(sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def quoted(name: str) -> str:
    """An identifier, quoted."""
    return '"{}"'.format(name.replace('"', '""'))


def literal(text: str) -> str:
    """A text as an SQL literal, safe in a statement that has parameters."""
    return "'{}'".format(text.replace("'", "''").replace("%", "%%"))
