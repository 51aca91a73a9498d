"""Columns of numpy arrays into a table, by PostgreSQL's binary COPY. No row is ever an object."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, models

Columns = Mapping[str, Any]
CHUNK = 100_000
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_EPOCH = np.datetime64("2000-01-01")
_WHOLE: dict[type[models.Field], str] = {
    models.BooleanField: ">u1",
    models.SmallIntegerField: ">i2",
    models.PositiveSmallIntegerField: ">i2",
    models.BigIntegerField: ">i8",
    models.IntegerField: ">i4",
}


class Cells(NamedTuple):
    """One encoded column: a row of bytes for each row, and how many of them count (−1: NULL). None: all."""

    raw: np.ndarray
    lengths: np.ndarray | None


def copy(model: type[models.Model], columns: Columns, *, chunk: int = CHUNK) -> int:
    """Write the rows that ``columns`` (attname → array, or one value for all) describe. Returns how many.

    Days and instants are datetime64 (NaT: NULL), decimals whole numbers in the column's last place, texts bytes or
    str arrays, json texts of it; a masked array is NULL where masked. A column left out takes the field's default.
    """
    return stream(model, _parts(columns, chunk)) if _size(columns) else 0


def stream(model: type[models.Model], parts: Iterable[Columns]) -> int:
    """The same for rows that come in parts, all with the same columns. Returns how many there were."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    written, out = 0, None
    with connection.cursor() as cursor, ExitStack() as stack:
        for part in parts:
            full = {**_defaults(model, part), **part}
            if out is None:
                names = ", ".join(f'"{fields[name].column}"' for name in full)
                statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN (FORMAT binary)'
                out = stack.enter_context(cursor.copy(statement))
                out.write(_SIGNATURE)
            size = _size(part)
            out.write(_block([_encode(fields[name], _same(value, size)) for name, value in full.items()]))
            written += size
        if out is not None:
            out.write(b"\xff\xff")
    return written


def reserve(model: type[models.Model], count: int) -> np.ndarray:
    """The next ``count`` primary keys of a table, taken from its sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT nextval(%s)", [sequence])
        (first,) = cursor.fetchone()
        cursor.execute("SELECT setval(%s, %s)", [sequence, first + max(count, 1) - 1])
    return np.arange(first, first + count, dtype=np.int64)


def _defaults(model: type[models.Model], given: Columns) -> dict[str, Any]:
    left = [field for field in model._meta.concrete_fields if field.attname not in given and not field.primary_key]
    found = {field.attname: field.get_default() for field in left if not field.null}
    return {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in found.items()}


def _size(columns: Columns) -> int:
    return next(len(values) for values in columns.values() if isinstance(values, np.ndarray))


def _parts(columns: Columns, chunk: int) -> Iterator[Columns]:
    for start in range(0, _size(columns), chunk):
        rows = slice(start, start + chunk)
        yield {name: one[rows] if isinstance(one, np.ndarray) else one for name, one in columns.items()}


def _same(value: Any, size: int) -> np.ndarray:
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, date):
        value = np.datetime64(value)
    return np.broadcast_to(np.asarray(value), (size,))


def _block(cells: list[Cells]) -> bytes:
    size = len(cells[0].raw)
    width = 2 + sum(4 + cell.raw.shape[1] for cell in cells)
    block = np.empty((size, width), dtype=np.uint8)
    block[:, :2] = np.frombuffer(len(cells).to_bytes(2, "big"), dtype=np.uint8)
    keep = None if all(cell.lengths is None for cell in cells) else np.ones((size, width), dtype=bool)
    at = 2
    for raw, lengths in cells:
        room = raw.shape[1]
        block[:, at : at + 4] = _big(np.full(size, room) if lengths is None else lengths, ">i4")
        block[:, at + 4 : at + 4 + room] = raw
        if lengths is not None and keep is not None:
            keep[:, at + 4 : at + 4 + room] = np.arange(room) < lengths[:, None]
        at += 4 + room
    return block.tobytes() if keep is None else block[keep].tobytes()


def _encode(field: models.Field, values: np.ndarray) -> Cells:
    absent = _absent(values)
    data = values.data if isinstance(values, np.ma.MaskedArray) else values
    raw, lengths = _bytes_of(_target(field), data)
    if absent is not None:
        lengths = np.where(absent, -1, raw.shape[1] if lengths is None else lengths)
    return Cells(raw, lengths)


def _target(field: models.Field) -> models.Field:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _absent(values: np.ndarray) -> np.ndarray | None:
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.getmaskarray(values)
    if values.dtype.kind == "M":
        missing = np.isnat(values)
        return missing if missing.any() else None
    return None


def _bytes_of(field: models.Field, data: np.ndarray) -> Cells:
    match field:
        case models.JSONField():
            return _text(data, prefix=b"\x01")
        case models.CharField() | models.TextField():
            return _text(data)
        case _:
            return Cells(_fixed(field, data), None)


def _fixed(field: models.Field, data: np.ndarray) -> np.ndarray:
    match field:
        case models.DateTimeField():
            raw = _big((data.astype("M8[us]") - _EPOCH).astype(np.int64), ">i8")
        case models.DateField():
            raw = _big((data.astype("M8[D]") - _EPOCH).astype(np.int64), ">i4")
        case models.DecimalField():
            raw = _numeric(data.astype(np.int64), field.decimal_places)
        case models.UUIDField():
            raw = np.ascontiguousarray(data)
        case _:
            raw = _big(data, next(dtype for kind, dtype in _WHOLE.items() if isinstance(field, kind)))
    return raw


def _big(values: np.ndarray, dtype: str) -> np.ndarray:
    return np.ascontiguousarray(values.astype(dtype)).view(np.uint8).reshape(len(values), -1)


def _text(data: np.ndarray, prefix: bytes = b"") -> Cells:
    if data.dtype.kind == "U":
        data = np.char.encode(data, "utf-8")
    data = np.ascontiguousarray(data)
    raw = data.view(np.uint8).reshape(len(data), -1)
    lengths = np.strings.str_len(data)
    if prefix:
        head = np.broadcast_to(np.frombuffer(prefix, dtype=np.uint8), (len(data), len(prefix)))
        return Cells(np.hstack([head, raw]), lengths + len(prefix))
    return Cells(raw, lengths)


def _numeric(values: np.ndarray, places: int) -> np.ndarray:
    """Numbers >= 0 in units of the last place as PostgreSQL's numeric: five digits of base 10,000, two after the point.

    The server drops leading and trailing zeros itself, so that all take the same room.
    """
    whole, rest = np.divmod(values, 10**places)
    rest = rest * 10 ** (8 - places)
    words = np.empty((len(values), 9), dtype=">i2")
    words[:, :4] = (5, 2, 0, places)
    words[:, 4:7] = np.stack([whole // 10**8, whole // 10**4 % 10**4, whole % 10**4], axis=1)
    words[:, 7:] = np.stack([rest // 10**4, rest % 10**4], axis=1)
    return words.view(np.uint8).reshape(len(values), -1)
