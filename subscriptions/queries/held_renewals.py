"""The renewals of all customers over some months, held by this process: read once, then only of whom something changed.

Which customers those are is told by their kept curves, which every write of versions brings up to date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Final

import numpy as np
from django.db import connection, transaction

from core import replica
from core.clock import AsOf
from subscriptions.domain import bulk, rulesets
from subscriptions.domain.columns import Columns, joined, take
from subscriptions.models import Ruleset
from subscriptions.queries import kept_curves
from subscriptions.queries.renewals import STATES, TERMS, asked

# A currency as a number of its three letters.
COLUMNS: Final = f"""
SELECT t.customer_id, t.subscription_id, t.term_ends_on, t.notice_on, (t.mrr * 1000000)::bigint,
       ascii(t.currency) * 65536 + ascii(substr(t.currency, 2)) * 256 + ascii(substr(t.currency, 3)),
       CASE WHEN t.auto_renews THEN 1 WHEN t.auto_renews IS NULL THEN -1 ELSE 0 END,
       array_position(ARRAY[{", ".join(f"'{state}'" for state in STATES)}], t.state) - 1
FROM ({TERMS}) t
"""
TYPES: Final = {
    "customer": "i8",
    "subscription": "i8",
    "term": bulk.DAY,
    "notice": bulk.DAY,
    "mrr": "i8",
    "currency": "i4",
    "auto": "i4",
    "state": "i4",
}


def terms(at: AsOf, *, since: date, until: date, customers: Sequence[int] | None = None) -> Columns:
    """The renewals from ``since`` up to ``until`` as columns, by day, customer and subscription; days since 2000, MRR
    in millionths, ``state`` a place in ``STATES``, ``auto`` −1 where it is not known.
    """
    with _lock:
        held = _current(at, since, until)
        found = held.rows if held else None
    if found is None:
        return _read(at, since, until, customers)
    if customers is None:
        return found
    return take(found, np.flatnonzero(np.isin(found["customer"], np.array(customers, dtype=np.int64))))


def number_of(currency: str) -> int:
    first, second, third = currency.encode()
    return first << 16 | second << 8 | third


def code(number: int) -> str:
    """The currency of a number."""
    return bytes([number >> 16, number >> 8 & 255, number & 255]).decode()


@dataclass
class Held:
    ruleset: Ruleset
    at: AsOf
    since: date
    until: date
    state: kept_curves.State
    rows: Columns

    def is_of(self, ruleset: Ruleset, at: AsOf, months: tuple[date, date], built: int) -> bool:
        mine = (self.ruleset.pk, self.ruleset.settings, self.at, (self.since, self.until), self.state.built)
        return mine == (ruleset.pk, ruleset.settings, at, months, built)

    def follow(self, now: kept_curves.State) -> None:
        """Take in what transactions have written that were not seen yet."""
        if now.newest >= self.state.horizon:
            changed = kept_curves.changed(self.ruleset, self.state.horizon)
            stays = np.flatnonzero(~np.isin(self.rows["customer"], changed))
            fresh = _read(self.at, self.since, self.until, changed)
            self.rows = _sorted(joined(take(self.rows, stays), fresh))
        self.state = now


_held: dict[str, Held] = {}
_lock = Lock()


def _current(at: AsOf, since: date, until: date) -> Held | None:
    """What is held of this database, up to date; None for another day than today, and while no curves are kept."""
    if at != AsOf.live():
        return None
    ruleset, key = rulesets.current(), replica.database()
    now = kept_curves.state(ruleset)
    if not now.usable:
        return None
    held = _held.get(key)
    if not held or not held.is_of(ruleset, at, (since, until), now.built):
        held = _held[key] = Held(ruleset, at, since, until, now, _read(at, since, until, None))
    held.follow(now)
    return held


def _read(at: AsOf, since: date, until: date, customers: Sequence[int] | None) -> Columns:
    params: dict[str, Any] = asked(at, since, until, customers)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if customers is None:
            cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
        return _sorted(bulk.fetch(COLUMNS, params, TYPES))


def _sorted(rows: Columns) -> Columns:
    return take(rows, np.lexsort((rows["subscription"], rows["customer"], rows["term"])))


def forget() -> None:
    """Let go of all that is held."""
    with _lock:
        _held.clear()
