"""What the versions say of the MRR on some days, and what moved in between: the two sides of the identity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

import numpy as np

from churn.queries.retention.asked import Asked
from churn.queries.retention.merged import as_one, joined_under
from churn.queries.retention.periods import Period
from customers.queries.canonical import merged_as_of
from subscriptions.domain import rulesets
from subscriptions.domain.columns import Columns, take
from subscriptions.models import Ruleset
from subscriptions.queries.curves import KINDS, Curves

EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True)
class Moves:
    """Movements in the order of their days. ``place`` is the customer's in the book, ``day`` counts from 1970.

    ``amount`` is signed, without ``fx``; both in millionths of the reporting currency.
    """

    place: np.ndarray
    day: np.ndarray
    kind: np.ndarray
    amount: np.ndarray
    fx: np.ndarray

    def within(self, period: Period) -> "Moves":
        first, last = np.searchsorted(self.day, [number(period.start), number(period.end)])
        return self.part(slice(first, last))

    def part(self, rows: slice | np.ndarray) -> "Moves":
        return Moves(self.place[rows], self.day[rows], self.kind[rows], self.amount[rows], self.fx[rows])


@dataclass(frozen=True)
class Book:
    """Customers × days: MRR at the start of each day, in millionths, and the movements before the last of them.

    A merged customer stands under the one that it is. Days on or after ``asked.until`` are as that day. ``fleeting``:
    whether those count who were there at neither end of a period.
    """

    asked: Asked
    days: tuple[date, ...]
    ids: np.ndarray
    levels: np.ndarray
    moves: Moves
    fleeting: bool = True

    def level(self, day: date) -> np.ndarray:
        """MRR of each customer at the start of one of the book's days."""
        return self.levels[self._rows[min(day, self.asked.until)]]

    def within(self, period: Period) -> Moves:
        found = self.moves.within(period.ends_by(self.asked.until))
        if self.fleeting:
            return found
        stayed = (self.level(period.start) > 0) | (self.level(period.end) > 0)
        return found.part(stayed[found.place])

    @cached_property
    def read(self) -> dict[str, Any]:
        """What was read for this book once, by name: attributes with their past, and parts of versions."""
        return {}

    @cached_property
    def _rows(self) -> dict[date, int]:
        return {day: row for row, day in enumerate(self.days)}


def book_of(curves: Curves, days: Sequence[date], asked: Asked) -> Book:
    """The book of these curves on these days and before them."""
    last = max(min(day, asked.until) for day in days)
    merges = merged_as_of(asked.at(last))
    return made_of(curves, days, asked, merges=merges, fleeting=counts_the_fleeting(rulesets.current()))


def made_of(curves: Curves, days: Sequence[date], asked: Asked, *, merges: Mapping[int, int], fleeting: bool) -> Book:
    """The same without a look at the database. ``merges``: who is known to be one with whom."""
    bounds = tuple(sorted({min(day, asked.until) for day in days}))
    last = number(bounds[-1])
    levels, moves = (take(rows, np.flatnonzero(rows["day"] < last)) for rows in (curves.levels, curves.moves))
    levels, moves = _times(asked.times, levels, "change"), _times(asked.times, moves, "amount", "fx")
    if merges:
        apart = {merges[one] for one in np.unique(moves["customer"]).tolist() if one in merges}
        levels = joined_under(levels, merges)
        moves = as_one(joined_under(moves, merges), apart)
    ids = np.union1d(_distinct(levels["customer"]), _distinct(moves["customer"]))
    order = np.argsort(moves["day"], kind="stable")
    place = np.searchsorted(ids, moves["customer"])[order]
    ordered = (moves[name][order] for name in ("day", "kind", "amount", "fx"))
    return Book(asked, bounds, ids, _levels(levels, ids, bounds), Moves(place, *ordered), fleeting)


def _distinct(owners: np.ndarray) -> np.ndarray:
    """Of rows in the order of their owners, as curves are: each owner once."""
    return owners[np.flatnonzero(np.diff(owners, prepend=-1))]


def _times(times: int, rows: Columns, *amounts: str) -> Columns:
    return rows if times == 1 else {**rows, **{name: rows[name] * times for name in amounts}}


def counts_the_fleeting(ruleset: Ruleset) -> bool:
    return bool(rulesets.rules(ruleset)["new_and_gone_in_one_period"] == "both_shown")


def number(day: date) -> int:
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


def _levels(levels: Columns, ids: np.ndarray, bounds: tuple[date, ...]) -> np.ndarray:
    """A row a bound: MRR of each customer, the sum of all changes on days before it."""
    row = np.searchsorted([number(day) for day in bounds], levels["day"], "right")
    place = np.searchsorted(ids, levels["customer"])
    sums = np.zeros((len(bounds), len(ids)), dtype=np.int64)
    np.add.at(sums.reshape(-1), row * len(ids) + place, levels["change"])
    return np.cumsum(sums, axis=0, out=sums)


__all__ = ["EPOCH", "KINDS", "Book", "Moves", "book_of", "day_of", "number"]
