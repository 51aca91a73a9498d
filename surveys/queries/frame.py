"""All answers and invitations as columns in memory, so that results over a million of them answer at once.

Facts are never changed: what was committed is read once by a process and kept; each look adds only what is new. Rows
whose transaction may still be running are read anew each time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

import numpy as np

from core import replica
from core.consumers import horizon
from surveys.queries.columns import Columns, Wanted, fetched, joined

SINCE = "DATE '2000-01-01'"
ANSWERS: Wanted = {
    "id": ("i8", "r.id"),
    "survey": ("i4", "r.survey_id"),
    "invitation": ("i8", "COALESCE(r.invitation_id, 0)"),
    "customer": ("i4", "COALESCE(r.customer_id, 0)"),
    "contact": ("i4", "COALESCE(r.contact_id, 0)"),
    "day": ("i4", f"r.day - {SINCE}"),
    "known_on": ("i4", f"r.known_on - {SINCE}"),
    "score": ("i2", "r.score"),
    "channel": ("i2", "CASE WHEN r.channel IN ('programme', 'link') THEN 0 ELSE 1 END"),
    "amends": ("i8", "COALESCE(r.amends_id, 0)"),
    "withdrawn": ("i2", "r.withdrawn::int"),
    "tx": ("i8", "COALESCE(r.tx, 0)"),
}
BY_HAND = "r.uid IN (SELECT a.uid FROM surveys_ask a WHERE a.by_id IS NOT NULL)"
INVITATIONS: Wanted = {
    "id": ("i8", "r.id"),
    "survey": ("i4", "r.survey_id"),
    "customer": ("i4", "r.customer_id"),
    "contact": ("i4", "COALESCE(r.contact_id, 0)"),
    "day": ("i4", f"r.day - {SINCE}"),
    "known_on": ("i4", f"r.known_on - {SINCE}"),
    "channel": ("i2", f"({BY_HAND})::int"),
    "tx": ("i8", "COALESCE(r.tx, 0)"),
}
NEVER = np.iinfo(np.int32).max
FEW = 20_000


@dataclass
class Kept:
    """One table. ``settled``: the rows that can't change any more, by transaction number below ``upto``, in the order
    of their days; ``whole``: the same with what has come since, which ``seen`` names."""

    table: str
    wanted: Wanted
    ended: Callable[[Columns], np.ndarray]
    settled: Columns = field(default_factory=dict)
    upto: int = 0
    seen: bytes = b""
    whole: Columns = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """Each table in the order of its days. A row counts as of K where ``known_on < K <= until``: ``until`` is when
    another one was known to take its place. Days are days since 2000."""

    answers: Columns
    invitations: Columns


_kept: dict[tuple[str, str], Kept] = {}
_lock = Lock()


def facts() -> Facts:
    """All there is. The first call of a process reads everything, the later ones what is new."""
    with _lock:
        upto = horizon()
        return Facts(
            answers=_read("surveys_response", ANSWERS, _replaced, upto),
            invitations=_read("surveys_invitation", INVITATIONS, _not_replaced, upto),
        )


def _read(table: str, wanted: Wanted, ended: Callable[[Columns], np.ndarray], upto: int) -> Columns:
    # A process may lead to several databases: tests and benchmarks do.
    kept = _kept.setdefault((replica.database(), table), Kept(table, wanted, ended))
    fresh = _fetch(kept)
    sure = fresh.pop("tx") < upto
    if not kept.settled or int(sure.sum()) > FEW:
        old = [kept.settled] if kept.settled else []
        kept.settled = _finished(joined([*old, _where(fresh, sure)]), ended)
        kept.upto, kept.seen, kept.whole = upto, b"", kept.settled
        fresh = _where(fresh, ~sure)
    if kept.seen != (seen := fresh["id"].tobytes()):
        kept.seen, kept.whole = seen, _with(kept.settled, fresh, ended)
    return kept.whole


def _fetch(kept: Kept) -> Columns:
    return fetched(kept.wanted, f"FROM {kept.table} r WHERE {f'r.tx >= {kept.upto}' if kept.upto else 'TRUE'}")


def _finished(columns: Columns, ended: Callable[[Columns], np.ndarray]) -> Columns:
    columns["until"] = ended(columns)
    order = np.argsort(columns["day"], kind="stable")
    return {name: one[order] for name, one in columns.items()}


def _with(settled: Columns, fresh: Columns, ended: Callable[[Columns], np.ndarray]) -> Columns:
    """A few rows put among many, each at its day."""
    if not len(fresh["id"]):
        return settled
    touched = _touched(settled, fresh)
    rows = {name: one[touched] for name, one in settled.items()}
    until = ended(joined([{name: rows[name] for name in fresh}, fresh]))
    old = settled["until"].copy()
    old[touched] = np.minimum(rows["until"], until[: len(touched)])
    order = np.argsort(fresh["day"], kind="stable")
    places = np.searchsorted(settled["day"], fresh["day"][order], side="right")
    added = {**fresh, "until": until[len(touched) :]}
    return {name: np.insert(one, places, added[name][order]) for name, one in {**settled, "until": old}.items()}


def _touched(settled: Columns, fresh: Columns) -> np.ndarray:
    """The places of the rows that a new one may take the place of."""
    if "invitation" not in fresh:
        return np.empty(0, dtype=np.int64)
    same = np.isin(settled["invitation"], fresh["invitation"][fresh["invitation"] > 0])
    return np.flatnonzero(same | np.isin(settled["id"], fresh["amends"][fresh["amends"] > 0]))


def _replaced(answers: Columns) -> np.ndarray:
    """Of one invitation the answer known next takes the place of the one before, and whatever amends another one."""
    own = np.where(answers["invitation"] > 0, answers["invitation"], -answers["id"])
    order = np.lexsort((answers["id"], answers["known_on"], own))
    until = np.full(len(order), NEVER, dtype=np.int32)
    same = own[order][1:] == own[order][:-1]
    until[order[:-1][same]] = answers["known_on"][order[1:][same]]
    amending = answers["amends"] > 0
    if amending.any():
        by_id = np.argsort(answers["id"])
        sorted_ids = answers["id"][by_id]
        places = np.minimum(np.searchsorted(sorted_ids, answers["amends"][amending]), len(by_id) - 1)
        found = sorted_ids[places] == answers["amends"][amending]
        np.minimum.at(until, by_id[places[found]], answers["known_on"][amending][found])
    return until


def _not_replaced(invitations: Columns) -> np.ndarray:
    return np.full(len(invitations["id"]), NEVER, dtype=np.int32)


def _where(columns: Columns, keep: np.ndarray) -> Columns:
    return {name: one[keep] for name, one in columns.items()}


def day_number(day: date) -> int:
    return (day - date(2000, 1, 1)).days
