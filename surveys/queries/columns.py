"""Rows of the database as columns of numpy, brought over a column at a time: one message, not one a row."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection

Columns = dict[str, np.ndarray]
Wanted = Mapping[str, tuple[str, str]]

SENT = {
    "i8": "int8send(({})::bigint)",
    "i4": "int4send(({})::int)",
    "i2": "int2send(({})::smallint)",
    "f8": "float8send(({})::float8)",
}
HEADER, ROW, FIELD = 19, 2, 4  # bytes: of a binary COPY, and before each of its rows and of its fields


def fetched(wanted: Wanted, rest: str, params: object = None) -> Columns:
    """The columns ``{name: (kind, expression)}`` of ``SELECT … rest``. None of them may have a missing value."""
    sums = ", ".join(f"string_agg({SENT[kind].format(sql)}, '')" for kind, sql in wanted.values())
    ((*values,),) = _copied(f"SELECT {sums} {rest}", params)
    return {
        name: np.frombuffer(value or b"", dtype=f">{kind}").astype(kind)
        for value, (name, (kind, _sql)) in zip(values, wanted.items(), strict=True)
    }


def ids_by(value: str, rest: str, params: object = None) -> list[tuple[str | None, np.ndarray]]:
    """For each value of a text expression, the ids of its rows; None for those without."""
    rows = _copied(f"SELECT {value}, string_agg({SENT['i8'].format('id')}, '') {rest} GROUP BY 1", params)
    return [
        (None if name is None else name.decode(), np.frombuffer(ids or b"", dtype=">i8").astype("i8"))
        for name, ids in rows
    ]


def _copied(query: str, params: Any) -> Sequence[Sequence[bytes | None]]:
    # Composed here, since Django's cursor that counts statements takes a COPY without parameters only.
    statement = connection.ops.compose_sql(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", params)  # type: ignore[attr-defined]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        data = b"".join(copy)
    place = HEADER + int.from_bytes(data[15:19], "big")
    found = []
    while (fields := int.from_bytes(data[place : place + ROW], "big", signed=True)) >= 0:
        place += ROW
        row: list[bytes | None] = []
        for _number in range(fields):
            size = int.from_bytes(data[place : place + FIELD], "big", signed=True)
            place += FIELD
            row.append(None if size < 0 else data[place : place + size])
            place += max(size, 0)
        found.append(row)
    return found


def joined(parts: Sequence[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
