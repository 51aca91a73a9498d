"""The curves of all customers as they are known today, held by this process, and what was counted from them.

Read once, then only what has changed. A sum over customers is brought up to date by taking off what the changed ones
were and adding what they are: a report that is asked again costs what changed, not what there is.
"""

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, Final, TypeVar

import numpy as np

from churn.queries.retention import totals
from churn.queries.retention.asked import Asked
from churn.queries.retention.book import counts_the_fleeting, made_of
from churn.queries.retention.periods import Period
from churn.queries.retention.totals import Sums
from core import replica
from customers.queries.canonical import merged_as_of, with_absorbed
from subscriptions.domain import rulesets
from subscriptions.domain.columns import joined
from subscriptions.models import Ruleset
from subscriptions.queries import kept_curves
from subscriptions.queries.curves import Curves
from subscriptions.queries.curves import read as read_all

Answer = TypeVar("Answer")
Merges = tuple[tuple[int, int], ...]
MOST: Final = 400  # periods whose sums are held
MOST_MADE: Final = 60  # answers of other kinds
PORTION: Final = 1_000_000  # changes of MRR counted in one go
FEW: Final = 2000  # customers; to read those of more, all are read


def curves(asked: Asked) -> Curves:
    """The curves of the customers asked for, by what was known then."""
    with _lock:
        held = _current(asked)
        found = held.whole() if held else None
    wanted = _with_absorbed(asked)
    if found is None and wanted is not None and len(wanted) <= FEW:
        return read_all(asked.at(asked.until), wanted)
    found = found or read_all(asked.at(asked.until))
    return found if wanted is None else found.of(np.array(wanted, dtype=np.int64))


def sums(asked: Asked, wanted: Sequence[Period]) -> list[Sums] | None:
    """What each period comes to over all customers; None where that is not what is held."""
    if asked.customers is not None or asked.narrows or asked.times != 1:
        return None
    with _lock:
        held = _current(asked)
        return held.counted(wanted) if held else None


def kept(asked: Asked, what: Hashable, make: Callable[[], Answer]) -> Answer:
    """What ``make`` says, made once until the curves are others. Nothing else may decide it than the curves, what is
    asked and ``what`` it is; so where an attribute or a filter narrows the question, nothing is kept."""
    key = (what, asked.until, asked.times, _scope(asked))
    with _lock:
        held = None if asked.narrows else _current(asked)
        before = held.made if held else {}  # another one as soon as a curve is another
        if key in before:
            answer: Answer = before[key]
            return answer
    made = make()
    with _lock:
        while len(before) >= MOST_MADE:
            del before[next(iter(before))]
        before[key] = made
    return made


def forget() -> None:
    """Let go of all that is held."""
    with _lock:
        _held.clear()


@dataclass
class Held:
    """``fresh`` stands in place of what ``base`` says of the customers ``again``; all as they are recorded."""

    ruleset: Ruleset
    until: date
    merges: Merges
    state: kept_curves.State
    base: Curves
    again: np.ndarray
    fresh: Curves
    sums: dict[Period, Sums] = field(default_factory=dict)
    made: dict[Hashable, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, asked: Asked, ruleset: Ruleset, merges: Merges, state: kept_curves.State) -> "Held":
        everyone, nobody = kept_curves.everyone(ruleset, asked.until), np.zeros(0, dtype=np.int64)
        return cls(ruleset, asked.until, merges, state, everyone, nobody, everyone.of(nobody))

    def follow(self, now: kept_curves.State) -> None:
        """Take in what transactions have written that were not seen yet."""
        if now.newest >= self.state.horizon:
            self._take(kept_curves.changed(self.ruleset, self.state.horizon))
        self.state = now

    def whole(self) -> Curves:
        if len(self.again):
            self.base, self.again = self.base.replaced(self.again, self.fresh), self.again[:0]
            self.fresh = self.base.of(self.again)
        return self.base

    def counted(self, wanted: Sequence[Period]) -> list[Sums]:
        missing = [period for period in dict.fromkeys(wanted) if period not in self.sums]
        if len(self.sums) + len(missing) > MOST:
            self.sums, missing = {}, list(dict.fromkeys(wanted))
        if missing:
            self.sums |= dict(zip(missing, self._of_all(missing), strict=True))
        return [self.sums[period] for period in wanted]

    def _take(self, customers: Sequence[int]) -> None:
        changed = self._with_merged(customers)
        before, now = self._of(changed), kept_curves.some(self.ruleset, changed.tolist())
        if before.same(now):  # while an old transaction runs, what was taken in already is read again
            return
        self.made = {}
        if periods := list(self.sums):
            counted = (self._counted(curves, periods) for curves in (before, now))
            for period, was, then in zip(periods, *counted, strict=True):
                self.sums[period] = {key: total - was[key] + then[key] for key, total in self.sums[period].items()}
        self.fresh = self.fresh.replaced(changed, now)
        self.again = np.union1d(self.again, changed)

    def _of_all(self, wanted: Sequence[Period]) -> list[Sums]:
        """In portions of customers: what the processor holds near is counted much faster than millions of rows at once.
        Who is merged with somebody stands in one of their own.
        """
        merged = np.unique(np.array(self.merges, dtype=np.int64).reshape(-1))
        parts = [part.without(merged) for part in self.whole().portions(PORTION)] + [self.base.of(merged)]
        total, *others = (self._counted(part, wanted) for part in parts)
        for found in others:
            total = [{key: sums[key] + more[key] for key in sums} for sums, more in zip(total, found, strict=True)]
        return total

    def _counted(self, curves: Curves, wanted: Sequence[Period]) -> list[Sums]:
        """A sum over customers (those merged together)."""
        asked = Asked(until=self.until, known_on=self.until)
        days = [day for period in wanted for day in (period.start, period.end)]
        fleeting = counts_the_fleeting(self.ruleset)
        return totals.of_everyone(made_of(curves, days, asked, merges=dict(self.merges), fleeting=fleeting), wanted)

    def _of(self, customers: np.ndarray) -> Curves:
        old, new = self.base.of(np.setdiff1d(customers, self.again)), self.fresh.of(customers)
        return Curves(joined(old.levels, new.levels), joined(old.moves, new.moves))

    def _with_merged(self, customers: Sequence[int]) -> np.ndarray:
        """These customers and all that are one with one of them."""
        into = dict(self.merges)
        owners = {into.get(one, one) for one in customers}
        both = owners | set(customers) | {one for one, owner in self.merges if owner in owners}
        return np.array(sorted(both), dtype=np.int64)


_held: dict[str, Held] = {}
_lock = Lock()


def _current(asked: Asked) -> Held | None:
    """What is held of this database, up to date; None for what was known another day, and while it is not kept."""
    if asked.known_on != asked.until or asked.until != _tomorrow():
        return None
    ruleset, key = rulesets.current(), replica.database()
    now = kept_curves.state(ruleset)
    if not now.usable:
        return None
    merges = tuple(merged_as_of(asked.at(asked.until)).items())
    held = _held.get(key)
    if not held or (held.ruleset, held.ruleset.settings, held.until, held.merges, held.state.built) != (
        ruleset,
        ruleset.settings,
        asked.until,
        merges,
        now.built,
    ):
        held = _held[key] = Held.read(asked, ruleset, merges, now)
    held.follow(now)
    return held


def _tomorrow() -> date:
    return Asked().until


def _scope(asked: Asked) -> bytes | None:
    """Tells one set of customers from another."""
    if asked.customers is None:
        return None
    return hashlib.sha256(np.array(asked.customers, dtype=np.int64).tobytes()).digest()


def _with_absorbed(asked: Asked) -> list[int] | None:
    return None if asked.customers is None else with_absorbed(asked.customers, asked.at(asked.until))
