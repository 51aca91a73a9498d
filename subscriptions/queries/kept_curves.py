"""The kept curves, read: all at once, and then only what has changed since."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import psycopg
from django.db import connection

from core.clock import AsOf
from subscriptions.domain.columns import Columns
from subscriptions.domain.curves import LEVEL, MOVE
from subscriptions.models import Ruleset
from subscriptions.queries.curves import Curves, read

STATE: Final = """
SELECT pg_current_xact_id_if_assigned() IS NULL
       AND EXISTS (SELECT FROM subscriptions_curvestate WHERE ruleset_id = %(ruleset)s),
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       (SELECT COALESCE(max(changed_in)::text::bigint, 0) FROM subscriptions_curve WHERE ruleset_id = %(ruleset)s),
       (SELECT COALESCE(max(marked_in)::text::bigint, 0) FROM subscriptions_curvestate WHERE ruleset_id = %(ruleset)s)
"""
PACKED: Final = """
SELECT array_agg(customer_id ORDER BY customer_id), array_agg(length(levels) ORDER BY customer_id),
       array_agg(length(moves) ORDER BY customer_id), string_agg(levels, '' ORDER BY customer_id),
       string_agg(moves, '' ORDER BY customer_id)
FROM subscriptions_curve WHERE ruleset_id = %(ruleset)s AND {which}
"""
CHANGED: Final = """
SELECT customer_id FROM subscriptions_curve
WHERE ruleset_id = %(ruleset)s AND changed_in >= %(since)s::text::xid8
"""
STALE: Final = "SELECT customer_id FROM subscriptions_curve WHERE ruleset_id = %(ruleset)s AND stale_on < %(day)s"


@dataclass(frozen=True, slots=True)
class State:
    """``usable``: whole, and the transaction has not written anything itself. ``horizon``: what older transactions
    wrote is seen; ``newest``: the transaction that changed a curve last; ``built``: the one that built them all."""

    usable: bool
    horizon: int
    newest: int
    built: int


def state(ruleset: Ruleset) -> State:
    return State(*_row(STATE, {"ruleset": ruleset.pk}))


def everyone(ruleset: Ruleset, tomorrow: date) -> Curves:
    """The curves of all customers, as they are known today."""
    found = _unpacked(PACKED.format(which="TRUE"), {"ruleset": ruleset.pk})
    stale = [customer for (customer,) in _rows(STALE, {"ruleset": ruleset.pk, "day": tomorrow})]
    if not stale:
        return found
    return found.replaced(np.array(stale), read(AsOf.at(tomorrow), stale, ruleset=ruleset))


def changed(ruleset: Ruleset, since: int) -> list[int]:
    """The customers whose curves were changed by transactions that a reader with this horizon may not have seen."""
    return [customer for (customer,) in _rows(CHANGED, {"ruleset": ruleset.pk, "since": f"{since}"})]


def some(ruleset: Ruleset, customers: list[int]) -> Curves:
    """The kept curves of these customers."""
    return _unpacked(
        PACKED.format(which="customer_id = ANY(%(customers)s)"), {"ruleset": ruleset.pk, "customers": customers}
    )


def _unpacked(sql: str, params: dict[str, Any]) -> Curves:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, binary=True)
        result = cursor.pgresult
        assert result is not None
        ids, level_sizes, move_sizes = (
            _array(result.get_value(0, n), width) for n, width in enumerate(("i8", "i4", "i4"))
        )
        levels, moves = (result.get_value(0, n) or b"" for n in (3, 4))
    return Curves(_columns(levels, LEVEL, ids, level_sizes), _columns(moves, MOVE, ids, move_sizes))


def _columns(data: bytes, dtype: "np.dtype[Any]", ids: np.ndarray, sizes: np.ndarray) -> Columns:
    rows = np.frombuffer(data, dtype=dtype)
    return {
        "customer": np.repeat(ids, sizes // dtype.itemsize),
        **{name: np.ascontiguousarray(rows[name]) for name in dtype.names or ()},
    }


def _array(data: bytes | None, width: str) -> np.ndarray:
    if data is None:
        return np.zeros(0, dtype=width)
    return np.frombuffer(data, [("size", ">i4"), ("value", f">{width}")], offset=20)["value"].astype(width)


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _row(sql: str, params: dict[str, Any]) -> tuple[Any, ...]:
    return _rows(sql, params)[0]
