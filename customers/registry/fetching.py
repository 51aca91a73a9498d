"""The rows of a statement as numpy columns: the database strings each column together, and sends all as one row.

No object for any single value, and no message for any single row.
"""

import struct
from collections.abc import Iterator, Sequence

import numpy as np
from django.db import connection

from customers.registry.measure import Type
from customers.registry.scope import Sql

HEADER = 19  # of PostgreSQL's binary COPY: signature, flags, length of the extension
COUNT = 2
EPOCH = "1970-01-01"
AS_FLOAT = {
    Type.DATE: f"({{}} - date '{EPOCH}')::float8",
    Type.YES_NO: "{}::int::float8",
}


def ids_and_floats(sql: Sql, types: Sequence[Type]) -> tuple[np.ndarray, list[np.ndarray]]:
    """The first column as int64, the others as float64: NaN for NULL, a date as days since 1970, yes as 1.

    For any types but a choice.
    """
    names = [f"c{n}" for n in range(len(types))]
    floats = [AS_FLOAT.get(type, "{}::float8").format(name) for type, name in zip(types, names, strict=True)]
    sent = ["int8send(id::bigint)", *(f"float8send(COALESCE({one}, 'NaN'))" for one in floats)]
    strung = ", ".join(f"COALESCE(string_agg({one}, ''), '')" for one in sent)
    query = f"SELECT {strung} FROM ({sql.text}) q (id{''.join(f', {name}' for name in names)})"
    ids, *columns = _values(_copied(query, sql))
    return np.frombuffer(ids, ">i8").astype(np.int64), [np.frombuffer(one, ">f8").astype(float) for one in columns]


def integers(sql: Sql, columns: int) -> list[np.ndarray]:
    """All columns as int64: 0 for NULL, exact to the last of their 64 bits."""
    names = ", ".join(f"c{n}" for n in range(columns))
    strung = ", ".join(f"COALESCE(string_agg(int8send(COALESCE(c{n}::bigint, 0)), ''), '')" for n in range(columns))
    query = f"SELECT {strung} FROM ({sql.text}) q ({names})"
    return [np.frombuffer(one, ">i8").astype(np.int64) for one in _values(_copied(query, sql))]


def _values(row: bytes) -> Iterator[bytes]:
    (count,), start = struct.unpack_from("!h", row, HEADER), HEADER + COUNT
    for _ in range(count):
        (size,) = struct.unpack_from("!i", row, start)
        start += 4
        yield row[start : start + size]
        start += size


def _copied(query: str, sql: Sql) -> bytes:
    # Composed here, since Django's cursor that counts statements takes a COPY without parameters only.
    copy_out = f"COPY ({query}) TO STDOUT (FORMAT BINARY)"
    statement = connection.ops.compose_sql(copy_out, sql.params)  # type: ignore[attr-defined]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(copy)
