"""numpy columns as rows of PostgreSQL's binary COPY, without a loop over rows."""

import struct
from collections.abc import Iterator, Sequence

import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
TRAILER = struct.pack("!h", -1)
ROWS = 20_000
EPOCH = np.datetime64("2000-01-01", "D")
MINUS_INFINITY = np.iinfo(np.int32).min
TYPES = {"i8": "bigint", "i4": "integer", "f8": "double precision", "M8": "date"}


def copy_type(column: np.ndarray) -> str:
    """The type that a table takes a column in; KeyError for one that does not travel."""
    return TYPES[f"{column.dtype.kind}{column.dtype.itemsize}"]


def binary_rows(columns: Sequence[np.ndarray]) -> Iterator[bytes]:
    """The stream of COPY … (FORMAT BINARY). Missing floats arrive as NaN, missing dates as -infinity."""
    wire = [_on_wire(column) for column in columns]
    row = np.dtype([("count", ">i2"), *(item for n, one in enumerate(wire) for item in _field(n, one))])
    yield HEADER
    for start in range(0, len(wire[0]), ROWS):
        yield _block(row, [one[start : start + ROWS] for one in wire])
    yield TRAILER


def _on_wire(column: np.ndarray) -> np.ndarray:
    if column.dtype.kind == "M":
        days = (column.astype("datetime64[D]") - EPOCH).astype(np.int64)
        return np.where(np.isnat(column), MINUS_INFINITY, days).astype(">i4")
    return column.astype(column.dtype.newbyteorder(">"))


def _field(number: int, column: np.ndarray) -> list[tuple[str, str | np.dtype]]:
    return [(f"size{number}", ">i4"), (f"value{number}", column.dtype)]


def _block(row: np.dtype, columns: Sequence[np.ndarray]) -> bytes:
    block = np.empty(len(columns[0]), dtype=row)
    block["count"] = len(columns)
    for number, column in enumerate(columns):
        block[f"size{number}"] = column.dtype.itemsize
        block[f"value{number}"] = column
    return block.tobytes()
