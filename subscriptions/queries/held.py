"""What pages of money read of all customers, held by this process: read once, then only of whom something changed.

Which customers those are is told by their kept curves, which every write of versions brings up to date.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
from django.db import connection, transaction

from core import replica
from core.clock import AsOf
from subscriptions.domain import rulesets
from subscriptions.domain.columns import Columns, joined, take
from subscriptions.models import Ruleset
from subscriptions.queries import kept_curves

# Rows with a column ``customer``, in an order of their own: as of a day, of what is asked for, of these customers (all,
# where None).
Read = Callable[[AsOf, Any, Sequence[int] | None], Columns]


@dataclass
class Held:
    ruleset: Ruleset
    at: AsOf
    what: Hashable
    state: kept_curves.State
    rows: Columns

    def is_of(self, ruleset: Ruleset, at: AsOf, what: Hashable, built: int) -> bool:
        mine = (self.ruleset.pk, self.ruleset.settings, self.at, self.what, self.state.built)
        return mine == (ruleset.pk, ruleset.settings, at, what, built)


@dataclass
class Shelf:
    """Rows of one kind, as ``read`` says them, sorted by ``order``: names of columns, the first counts most."""

    read: Read
    order: tuple[str, ...]
    held: dict[str, Held] = field(default_factory=dict)
    lock: Any = field(default_factory=Lock)

    def rows(self, at: AsOf, what: Hashable = None, customers: Sequence[int] | None = None) -> Columns:
        """Those of these customers (of all, where None)."""
        with self.lock:
            held = self._current(at, what)
            found = held.rows if held else None
        if found is None:
            return self._read(at, what, customers)
        if customers is None:
            return found
        return take(found, np.flatnonzero(np.isin(found["customer"], np.array(customers, dtype=np.int64))))

    def forget(self) -> None:
        """Let go of all that is held."""
        with self.lock:
            self.held.clear()

    def _current(self, at: AsOf, what: Hashable) -> Held | None:
        """What is held of this database, up to date; None for another day than today, and while no curves are kept."""
        if at != AsOf.live():
            return None
        ruleset, key = rulesets.current(), replica.database()
        now = kept_curves.state(ruleset)
        if not now.usable:
            return None
        held = self.held.get(key)
        if not held or not held.is_of(ruleset, at, what, now.built):
            held = self.held[key] = Held(ruleset, at, what, now, self._read(at, what, None))
        self._follow(held, now)
        return held

    def _follow(self, held: Held, now: kept_curves.State) -> None:
        """Take in what transactions have written that were not seen yet."""
        if now.newest >= held.state.horizon:
            changed = kept_curves.changed(held.ruleset, held.state.horizon)
            stays = np.flatnonzero(~np.isin(held.rows["customer"], changed))
            fresh = self._read(held.at, held.what, changed)
            held.rows = self._sorted(joined(take(held.rows, stays), fresh))
        held.state = now

    def _read(self, at: AsOf, what: Hashable, customers: Sequence[int] | None) -> Columns:
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            if customers is None:
                cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
            return self._sorted(self.read(at, what, customers))

    def _sorted(self, rows: Columns) -> Columns:
        return take(rows, np.lexsort([rows[name] for name in reversed(self.order)]))
