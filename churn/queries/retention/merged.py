"""Movements of customers that were merged, where the ledger does not know of it yet: of two that are one, one's loss
is not the customer's."""

from collections.abc import Iterable, Mapping

import numpy as np

from subscriptions.domain.columns import Columns, take
from subscriptions.queries.curves import KINDS, sorted_rows


def joined_under(rows: Columns, merges: Mapping[int, int]) -> Columns:
    """``rows`` with each merged customer's under the one that it is."""
    owner = rows["customer"].copy()
    for one, into in merges.items():
        owner[rows["customer"] == one] = into
    return sorted_rows({**rows, "customer": owner})


def as_one(moves: Columns, joined: Iterable[int]) -> Columns:
    """``moves`` with one row a day for each of the ``joined``, customers of several records, classed anew by what the
    customer paid before and after all of them. All movements of these customers, from the first on.
    """
    ids = np.unique(np.array(list(joined), dtype=np.int64))
    mixed = np.isin(moves["customer"], ids)
    if not mixed.any():
        return moves
    own = take(moves, np.flatnonzero(mixed))
    rows = [row for one in ids.tolist() for row in _days(take(own, np.flatnonzero(own["customer"] == one)), one)]
    made = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return {
        name: np.concatenate([moves[name][~mixed], column.astype(moves[name].dtype)])
        for name, column in zip(("customer", "day", "kind", "amount", "fx"), made, strict=True)
    }


def _days(moves: Columns, customer: int) -> list[tuple[int, int, int, int, int]]:
    found, level, ever = [], 0, False
    for day in np.unique(moves["day"]).tolist():
        here = moves["day"] == day
        amount, fx = int(moves["amount"][here].sum()), int(moves["fx"][here].sum())
        before, level = level + fx, level + fx + amount
        found.append((customer, day, KINDS.index(_kind(before, level, ever)), amount, fx))
        ever = ever or level > 0
    return found


def _kind(before: int, after: int, ever: bool) -> str:
    if before == after:
        return "none"
    if not before:
        return "reactivation" if ever else "new"
    if not after:
        return "churn"
    return "expansion" if after > before else "contraction"
