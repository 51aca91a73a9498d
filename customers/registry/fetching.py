"""The rows of a statement as numpy columns: the database strings each column together, and sends all as one row.

No object for any single value, and no message for any single row.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from django.db import connection

from customers.registry.measure import Type
from customers.registry.scope import Sql

HEADER = 19  # of PostgreSQL's binary COPY: signature, flags, length of the extension
COUNT, SIZE = 2, 4  # bytes that tell how many fields there are, and how long one is
END = -1
EPOCH = "1970-01-01"
AS_FLOAT = {
    Type.DATE: f"({{}} - date '{EPOCH}')::float8",
    Type.YES_NO: "{}::int::float8",
}


def ids_and_floats(sql: Sql, types: Sequence[Type]) -> tuple[np.ndarray, list[np.ndarray]]:
    """The first column as int64, the others as float64: NaN for NULL, a date as days since 1970, yes as 1.

    For any types but a choice.
    """
    ((ids, *columns),) = _rows(_copied(f"SELECT {_strung(types)} {_named(sql.text, types)}", sql))
    return _arrays(ids, columns)


def each_in_one(asked: Sequence[tuple[Sql, Sequence[Type]]]) -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
    """``ids_and_floats`` of each, by one statement: for few rows a statement costs more than what it reads."""
    width = max(len(types) for _sql, types in asked)
    parts = []
    for number, (sql, types) in enumerate(asked):
        more = ", NULL::bytea" * (width - len(types))
        text = f"SELECT {number}, {_strung(types)}{more} {_named(sql.text, types)}"
        parts.append(connection.ops.compose_sql(text, sql.params))  # type: ignore[attr-defined]
    rows = {number: found for number, *found in _rows(_copied_as(" UNION ALL ".join(parts)))}
    for number, (_sql, types) in enumerate(asked):
        ids, *columns = rows[number.to_bytes(4)]
        yield _arrays(ids, columns[: len(types)])


def _strung(types: Sequence[Type]) -> str:
    floats = [AS_FLOAT.get(type, "{}::float8").format(f"c{n}") for n, type in enumerate(types)]
    sent = ["int8send(id::bigint)", *(f"float8send(COALESCE({one}, 'NaN'))" for one in floats)]
    return ", ".join(f"COALESCE(string_agg({one}, ''), '')" for one in sent)


def _named(text: str, types: Sequence[Type]) -> str:
    return f"FROM ({text}) q (id{''.join(f', c{n}' for n in range(len(types)))})"


def _arrays(ids: bytes, columns: Sequence[bytes]) -> tuple[np.ndarray, list[np.ndarray]]:
    return np.frombuffer(ids, ">i8").astype(np.int64), [np.frombuffer(one, ">f8").astype(float) for one in columns]


def integers(sql: Sql, columns: int) -> list[np.ndarray]:
    """All columns as int64: 0 for NULL, exact to the last of their 64 bits."""
    names = ", ".join(f"c{n}" for n in range(columns))
    strung = ", ".join(f"COALESCE(string_agg(int8send(COALESCE(c{n}::bigint, 0)), ''), '')" for n in range(columns))
    query = f"SELECT {strung} FROM ({sql.text}) q ({names})"
    (row,) = _rows(_copied(query, sql))
    return [np.frombuffer(one, ">i8").astype(np.int64) for one in row]


def _rows(copied: bytes) -> Iterator[list[bytes]]:
    """Each row's fields; nothing for NULL."""
    start = HEADER
    while (count := int.from_bytes(copied[start : start + COUNT], signed=True)) != END:
        start += COUNT
        row = []
        for _ in range(count):
            size = max(int.from_bytes(copied[start : start + SIZE], signed=True), 0)
            row.append(copied[start + SIZE : start + SIZE + size])
            start += SIZE + size
        yield row


def _copied(query: str, sql: Sql) -> bytes:
    # Composed here, since Django's cursor that counts statements takes a COPY without parameters only.
    return _copied_as(connection.ops.compose_sql(query, sql.params))  # type: ignore[attr-defined]


def _copied_as(query: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        return b"".join(copy)
