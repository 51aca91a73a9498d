"""Whole numbers from numpy into a table of the database, without an object for any of them."""

from collections.abc import Mapping

import numpy as np
from django.db import connection

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # of PostgreSQL's binary COPY, its flags, length of the extension
END = b"\xff\xff"


def send(table: str, columns: Mapping[str, np.ndarray]) -> None:
    """Make a table of these columns, all of them bigint, that is there until the transaction ends."""
    size = len(next(iter(columns.values())))
    fields = [(f"{part}{n}", kind) for n in range(len(columns)) for part, kind in (("size", ">i4"), ("value", ">i8"))]
    rows = np.zeros(size, [("fields", ">i2"), *fields])
    rows["fields"] = len(columns)
    for n, column in enumerate(columns.values()):
        rows[f"size{n}"], rows[f"value{n}"] = 8, column
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMP TABLE {table} ({', '.join(f'{name} bigint' for name in columns)}) ON COMMIT DROP")
        with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(SIGNATURE + rows.tobytes() + END)
