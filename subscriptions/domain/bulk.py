"""Rows as columns of numbers, to and from the database in binary. No column may be NULL."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import psycopg
from django.db import connection

from subscriptions.domain.columns import Columns

HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
END: Final = b"\xff\xff"
BIGINT_OID: Final = 20
ARRAY_HEADER: Final = 20

# Dates travel as days since 2000-01-01, as PostgreSQL stores them; money as millionths.
DAY: Final = "i4"
NEVER: Final = 2**31 - 1
EPOCH: Final = np.datetime64("2000-01-01", "D")


def fetch(sql: str, params: Mapping[str, Any], types: Mapping[str, str]) -> Columns:
    """The rows of a SELECT as one array a column; ``types`` says its names and widths in order (i8 bigint, i4 integer
    or date, i2 smallint).
    """
    (found,) = fetch_several([(sql, types)], params)
    return found


def fetch_several(wanted: Sequence[tuple[str, Mapping[str, str]]], params: Mapping[str, Any]) -> list[Columns]:
    """The same of several SELECTs, each with its types, in one go."""
    # One row of arrays: a message for each row of millions would cost more than all else.
    parts = [_arrays(place, sql, len(types)) for place, (sql, types) in enumerate(wanted)]
    names = [(place, name, width) for place, (_sql, types) in enumerate(wanted) for name, width in types.items()]
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(f"SELECT * FROM {', '.join(parts)}", params, binary=True)
        result = cursor.pgresult
        assert result is not None
        found: list[Columns] = [{} for _one in wanted]
        for number, (place, name, width) in enumerate(names):
            found[place][name] = _array(result.get_value(0, number), width)
    return found


def _arrays(place: int, sql: str, columns: int) -> str:
    names = ", ".join(f"c{n}" for n in range(columns))
    return f"(SELECT {', '.join(f'array_agg(c{n})' for n in range(columns))} FROM ({sql}) t({names})) p{place}"


def _array(data: bytes | None, width: str) -> np.ndarray:
    if data is None:
        return np.zeros(0, dtype=width)
    values = np.frombuffer(data, [("size", ">i4"), ("value", f">{width}")], offset=ARRAY_HEADER)
    return values["value"].astype(width)


def send(table: str, columns: Columns, lists: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Append rows to a table. ``lists`` are columns of bigint[]: for each, how many values a row has, and all values
    in the order of the rows. Booleans are sent as such.
    """
    names = [*columns, *lists]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as into,
    ):
        into.write(HEADER)
        for chunk in _packed(columns, lists):
            into.write(chunk)
        into.write(END)


def _row_type(types: Mapping[str, str], values: int | None = None) -> np.dtype[Any]:
    fields: list[tuple[str, str]] = [("_fields", ">i2")]
    for name, width in types.items():
        fields += [(f"_{name}", ">i4"), (name, width if width == "?" else f">{width}")]
    if values is not None:
        fields += [("_list", ">i4"), ("_dims", ">i4"), ("_nulls", ">i4"), ("_oid", ">i4")]
        fields += [("_size", ">i4"), ("_lower", ">i4")] if values else []
        for n in range(values):
            fields += [(f"_value{n}", ">i4"), (f"value{n}", ">i8")]
    return np.dtype(fields)


def _packed(columns: Columns, lists: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Iterator[bytes]:
    types = {name: "?" if array.dtype == bool else array.dtype.str[1:] for name, array in columns.items()}
    if not lists:
        yield _rows(columns, types, np.arange(len(next(iter(columns.values())))), None)
        return
    ((counts, values),) = lists.values()
    offsets = np.cumsum(counts) - counts
    # Rows of one length of list have one layout; the order of rows does not matter.
    for count in np.unique(counts):
        place = np.flatnonzero(counts == count)
        yield _rows(columns, types, place, values[offsets[place][:, None] + np.arange(count)])


def _rows(columns: Columns, types: Mapping[str, str], place: np.ndarray, values: np.ndarray | None) -> bytes:
    size = None if values is None else values.shape[1]
    rows = np.zeros(len(place), _row_type(types, size))
    rows["_fields"] = len(columns) + (values is not None)
    for name, array in columns.items():
        rows[f"_{name}"] = array.dtype.itemsize
        rows[name] = array[place]
    if values is not None:
        rows["_list"] = 12 + (8 + 12 * values.shape[1] if size else 0)
        rows["_dims"], rows["_oid"] = (1 if size else 0), BIGINT_OID
        if size:
            rows["_size"], rows["_lower"] = size, 1
        for n in range(values.shape[1]):
            rows[f"_value{n}"], rows[f"value{n}"] = 8, values[:, n]
    return rows.tobytes()
