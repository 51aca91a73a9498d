"""The rows of a statement as numpy columns, through PostgreSQL's binary COPY: no object for any single value."""

from collections.abc import Sequence

import numpy as np
from django.db import connection

from customers.registry.measure import Type
from customers.registry.scope import Sql

HEADER = 19  # signature, flags, length of the extension
TRAILER = 2
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
    values = "".join(f", COALESCE({one}, 'NaN')" for one in floats)
    query = f"SELECT id::bigint{values} FROM ({sql.text}) q (id{''.join(f', {name}' for name in names)})"
    row = np.dtype([("count", ">i2"), ("", ">i4"), ("id", ">i8"), *_fields(names)])
    rows = np.frombuffer(_copied(query, sql), dtype=row)
    return rows["id"].astype(np.int64), [rows[name].astype(float) for name in names]


def _fields(names: Sequence[str]) -> list[tuple[str, str]]:
    return [field for name in names for field in ((f"size_{name}", ">i4"), (name, ">f8"))]


def _copied(query: str, sql: Sql) -> bytes:
    # Composed here, since Django's cursor that counts statements takes a COPY without parameters only.
    copy_out = f"COPY ({query}) TO STDOUT (FORMAT BINARY)"
    statement = connection.ops.compose_sql(copy_out, sql.params)  # type: ignore[attr-defined]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(copy)[HEADER:-TRAILER]
