"""All answers and invitations as columns in memory, so that results over a million of them answer at once.

Facts are never changed: what was committed is read once by a process and kept; each look adds only what is new. Rows
whose transaction may still be running are read anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

import numpy as np
from django.db import connection

from core.consumers import horizon

ANSWERS = {
    "id": ("i8", "r.id"),
    "survey": ("i8", "r.survey_id"),
    "invitation": ("i8", "COALESCE(r.invitation_id, 0)"),
    "customer": ("i8", "COALESCE(r.customer_id, 0)"),
    "contact": ("i8", "COALESCE(r.contact_id, 0)"),
    "day": ("i4", "r.day"),
    "known_on": ("i4", "r.known_on"),
    "score": ("i2", "r.score::smallint"),
    "channel": ("i2", "(CASE WHEN r.channel IN ('programme', 'link') THEN 0 ELSE 1 END)::smallint"),
    "amends": ("i8", "COALESCE(r.amends_id, 0)"),
    "withdrawn": ("i2", "r.withdrawn::int::smallint"),
    "tx": ("i8", "COALESCE(r.tx, 0)"),
}
BY_HAND = "r.uid IN (SELECT a.uid FROM surveys_ask a WHERE a.by_id IS NOT NULL)"
INVITATIONS = {
    "id": ("i8", "r.id"),
    "survey": ("i8", "r.survey_id"),
    "customer": ("i8", "r.customer_id"),
    "contact": ("i8", "COALESCE(r.contact_id, 0)"),
    "day": ("i4", "r.day"),
    "by_hand": ("i2", f"({BY_HAND})::int::smallint"),
    "tx": ("i8", "COALESCE(r.tx, 0)"),
}
DROPPED = {"withdrawn", "known_on", "amends"}
Columns = dict[str, np.ndarray]


@dataclass
class Kept:
    """One table's rows that can't change any more, by transaction number below ``upto``."""

    table: str
    wanted: dict[str, tuple[str, str]]
    columns: Columns = field(default_factory=dict)
    upto: int = 0
    whole: tuple[object, Columns] = (None, {})


@dataclass(frozen=True, slots=True)
class Facts:
    """``answers``: those that count, of one invitation the one known last. ``invitations``: all that were sent."""

    answers: Columns
    invitations: Columns


_kept: dict[tuple[str, str], Kept] = {}
_lock = Lock()


def facts() -> Facts:
    """All there is, by what is known now. The first call of a process reads everything, the later ones what is new."""
    with _lock:
        settled = horizon()
        return Facts(
            answers=_read("surveys_response", ANSWERS, settled, _latest),
            invitations=_read("surveys_invitation", INVITATIONS, settled, _by_day),
        )


def _read(table: str, wanted: dict[str, tuple[str, str]], settled: int, finish: Any) -> Columns:
    # A process may lead to several databases: tests and benchmarks do.
    place = (str(connection.settings_dict["NAME"]), table)
    kept = _kept.setdefault(place, Kept(table, wanted))
    if not kept.columns:
        kept.columns = {name: np.empty(0, dtype=kind) for name, (kind, _sql) in wanted.items()}
    fresh = _fetch(kept)
    sure = fresh["tx"] < settled
    if sure.any():
        kept.columns = _joined([kept.columns, {name: one[sure] for name, one in fresh.items()}])
    kept.upto = max(kept.upto, settled)
    open_rows = {name: one[~sure] for name, one in fresh.items()}
    state = (len(kept.columns["id"]), open_rows["id"].tobytes())
    if kept.whole[0] != state:
        kept.whole = (state, finish(_joined([kept.columns, open_rows])))
    return kept.whole[1]


def _fetch(kept: Kept) -> Columns:
    columns = ", ".join(sql for _kind, sql in kept.wanted.values())
    where = f"WHERE r.tx >= {kept.upto}" if kept.upto else ""
    kinds = {name: kind for name, (kind, _sql) in kept.wanted.items()}
    return fetched(f"SELECT {columns} FROM {kept.table} r {where}", kinds)


def fetched(query: str, kinds: dict[str, str]) -> Columns:
    """The rows of a statement as columns. None of them may have a missing value."""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        return parsed(b"".join(copy), kinds)


def parsed(data: bytes, kinds: dict[str, str]) -> Columns:
    """The columns of a binary COPY without missing values: each row has the same length."""
    sizes = [(f"size{name}", ">i4") for name in kinds]
    values = [(name, f">{kind}") for name, kind in kinds.items()]
    pairs = [pair for both in zip(sizes, values, strict=True) for pair in both]
    row = np.dtype([("count", ">i2"), *pairs])
    header = 19 + int.from_bytes(data[15:19], "big")
    rows = np.frombuffer(data, dtype=row, count=(len(data) - header - 2) // row.itemsize, offset=header)
    return {name: rows[name].astype(kind) for name, kind in kinds.items()}


def _joined(parts: Sequence[Columns]) -> Columns:
    if not len(parts[1]["id"]):
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _latest(columns: Columns) -> Columns:
    """Of one invitation the answer known last, and none that another one amends, unless it was withdrawn; in the order
    of their days."""
    amends = columns["amends"][columns["amends"] > 0]
    if len(amends):
        kept = ~np.isin(columns["id"], amends)
        columns = {name: one[kept] for name, one in columns.items()}
    own = np.where(columns["invitation"] > 0, columns["invitation"], -columns["id"])
    order = np.lexsort((columns["id"], columns["known_on"], own))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = own[order][1:] != own[order][:-1]
    chosen = order[last]
    chosen = chosen[columns["withdrawn"][chosen] == 0]
    return _by_day({name: one[chosen] for name, one in columns.items() if name not in DROPPED})


def _by_day(columns: Columns) -> Columns:
    order = np.argsort(columns["day"], kind="stable")
    return {name: one[order] for name, one in columns.items() if name != "tx"}


def day_number(day: date) -> int:
    return (day - date(2000, 1, 1)).days
