"""The base measures of a night: from what the last one kept, unless something stands against it.

Against it stand facts that count for days gone by and were not there when it was read, or are no longer there: a load
of history, a merge, the undoing of either. Each of them tells an event.
"""

import io
import zlib
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import numpy as np
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from core.clock import AsOf
from customers.registry import Frame
from customers.registry.rolling import Night, State, gather_night, kept_keys
from health import models

AGAINST = (
    "data.loaded.v1",
    "data.import_undone.v1",
    "customers.customers_merged.v1",
    "customers.merge_undone.v1",
)
FAST = 1
NARROW = (np.int8, np.int16, np.int32)
FARTHEST = timedelta(days=28)  # what has moved in a longer time is nearly everything


@contextmanager
def base_frame(at: AsOf, keys: list[str]) -> Iterator[Frame]:
    """``gather(at, keys)``; what it read is kept for the next night as the block ends, unless a later one is kept."""
    with transaction.atomic(), ThreadPoolExecutor(1) as beside:
        seen, event = _now()
        last = models.Night.objects.order_by("-day").first()
        night = gather_night(at, keys, _usable(last, at, keys))
        # Made small while the database takes in what is made of it.
        packed = beside.submit(_packed, night, kept_keys())
        yield night.frame
        if last is None or last.day <= at.day:
            models.Night.objects.all().delete()
            _keep(night, keys, seen, event, packed.result())


def forget() -> None:
    """Read everything anew in the next night."""
    models.Night.objects.all().delete()


def _usable(kept: models.Night | None, at: AsOf, keys: list[str]) -> Night | None:
    if kept is None or kept.keys != keys or not timedelta(0) <= at.day - kept.day <= FARTHEST:
        return None
    return None if _stands_against(kept) else _unpacked(kept)


def _stands_against(kept: models.Night) -> bool:
    # By both: after a restore transactions are counted anew, and an event may have been written before and seen after.
    query = """
        SELECT EXISTS (SELECT FROM core_event WHERE type = ANY (%s)
                       AND (id > %s OR NOT pg_visible_in_snapshot(tx::text::xid8, %s::pg_snapshot)))
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [list(AGAINST), kept.event, kept.seen])
        return bool(cursor.fetchone()[0])


def _now() -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text, (SELECT COALESCE(max(id), 0) FROM core_event)", [])
        seen, event = cursor.fetchone()
    return seen, event


def _keep(night: Night, keys: list[str], seen: str, event: int, packed: bytes) -> None:
    row = [night.frame.at.day, Jsonb(keys), Jsonb(night.given), seen, event, packed]
    # By COPY: as a parameter of a statement so many bytes would be written out as text first.
    statement = "COPY health_night (day, keys, given, seen, event, data) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["date", "jsonb", "jsonb", "text", "int8", "bytea"])
        copy.write_row(row)


def _packed(night: Night, keys: Collection[str]) -> bytes:
    """As an archive of numpy. Deflated here, and fast: the database takes four times as long to make it as small."""
    states = {f"{name} {part}": one for name, state in night.states.items() for part, one in state.items()}
    columns = {f"column {key}": column for key, column in night.frame.columns.items() if key in keys}
    packed = io.BytesIO()
    narrow = {name: _narrow(column) for name, column in {**columns, **states}.items()}
    np.savez(packed, **{"ids": night.frame.ids, **narrow})  # type: ignore[arg-type]
    return zlib.compress(packed.getbuffer(), FAST)


def _narrow(column: np.ndarray) -> np.ndarray:
    """Whole numbers in as few bytes as they need."""
    if column.dtype != np.int64 or not column.size:
        return column
    fits = (one for one in NARROW if np.iinfo(one).min <= column.min() and column.max() <= np.iinfo(one).max)
    return column.astype(next(fits, np.int64))


def _wide(column: np.ndarray) -> np.ndarray:
    return column.astype(np.int64) if column.dtype in NARROW else column


def _unpacked(kept: models.Night) -> Night:
    columns: State = {}
    states: dict[str, State] = {}
    with np.load(io.BytesIO(zlib.decompress(kept.data)), allow_pickle=False) as packed:
        for name in packed.files:
            family, _space, part = name.partition(" ")
            if family == "column":
                columns[part] = _wide(packed[name])
            elif part:
                states.setdefault(family, {})[part] = _wide(packed[name])
        frame = Frame(AsOf.at(kept.day), packed["ids"], columns)
    return Night(frame, states, kept.given)
