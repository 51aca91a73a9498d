"""What the versions say of the MRR on some days, and what moved in between: the two sides of the identity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from churn.queries.retention.asked import Asked
from churn.queries.retention.bulk import table
from churn.queries.retention.merged import KINDS, as_one
from churn.queries.retention.periods import Period
from churn.queries.retention.sql import LEVELS, MOVES
from customers.models import Merge
from customers.registry import Scope
from subscriptions.domain import rulesets

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
        part = slice(first, last)
        return Moves(self.place[part], self.day[part], self.kind[part], self.amount[part], self.fx[part])


@dataclass(frozen=True)
class Book:
    """Customers × days: MRR at the start of each day, in millionths, and the movements from the first to the last.

    A merged customer stands under the one that it is. Days on or after ``asked.until`` are as that day.
    """

    asked: Asked
    days: tuple[date, ...]
    ids: np.ndarray
    levels: np.ndarray
    moves: Moves

    def level(self, day: date) -> np.ndarray:
        """MRR of each customer at the start of one of the book's days."""
        return self.levels[:, self._columns[min(day, self.asked.until)]]

    def within(self, period: Period) -> Moves:
        return self.moves.within(period.ends_by(self.asked.until))

    @cached_property
    def _columns(self) -> dict[date, int]:
        return {day: column for column, day in enumerate(self.days)}


def read(days: Sequence[date], asked: Asked) -> Book:
    """The book of the customers asked for on these days and between them. Four statements, two of them small."""
    bounds = tuple(sorted({min(day, asked.until) for day in days}))
    levels = _levels(bounds, asked)
    at_first = levels["column"] == 0
    opening = dict(zip(levels["customer"][at_first].tolist(), levels["change"][at_first].tolist(), strict=True))
    joined = Merge.objects.known(asked.at(bounds[-1])).values_list("into_customer", flat=True)
    moves = as_one(_moves(bounds, asked), joined, opening)
    ids = np.unique(np.concatenate([levels["customer"], moves["customer"]]))
    changes = np.zeros((len(ids), len(bounds)), dtype=np.int64)
    np.add.at(changes, (np.searchsorted(ids, levels["customer"]), levels["column"]), levels["change"])
    order = np.lexsort((moves["customer"], moves["day"]))
    place = np.searchsorted(ids, moves["customer"])[order]
    ordered = (moves[name][order] for name in ("day", "kind", "amount", "fx"))
    return Book(asked, bounds, ids, np.cumsum(changes, axis=1), Moves(place, *ordered))


def number(day: date) -> int:
    return (day - EPOCH).days


def _levels(bounds: tuple[date, ...], asked: Asked) -> dict[str, np.ndarray]:
    ruleset = rulesets.current()
    sql = Scope.of(asked.at(bounds[-1]), asked.customers).sql(
        LEVELS,
        table="v",
        bounds=list(bounds),
        reporting=ruleset.settings["reporting_currency"],
        rate_days=ruleset.settings["rate_valid_days"],
    )
    return table(sql.text, sql.params, "customer", "column", "change")


def _moves(bounds: tuple[date, ...], asked: Asked) -> dict[str, np.ndarray]:
    sql = Scope.of(asked.at(bounds[-1]), asked.customers).sql(
        MOVES, table="m", since=bounds[0], kinds=list(KINDS), ruleset=rulesets.current().pk
    )
    return table(sql.text, sql.params, "customer", "day", "kind", "amount", "fx")
