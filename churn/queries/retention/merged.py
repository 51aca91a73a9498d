"""Movements of customers that were merged: of two that are one, one's loss is not the customer's."""

from collections.abc import Iterable
from typing import Final

import numpy as np

KINDS: Final = ("none", "new", "expansion", "contraction", "churn", "reactivation")
Table = dict[str, np.ndarray]


def as_one(moves: Table, joined: Iterable[int], opening: dict[int, int]) -> Table:
    """``moves`` with one row a day for each of the ``joined``, customers of several records, classed anew by what the
    customer paid before and after all of them. ``opening``: the MRR of customers before the first of the rows.

    Whether such a customer is new or comes back is read from the rows and the opening.
    """
    ids = np.unique(np.array(list(joined), dtype=np.int64))
    mixed = np.isin(moves["customer"], ids)
    if not mixed.any():
        return moves
    rows = [row for one in ids.tolist() for row in _days(moves, one, opening.get(one, 0))]
    made = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    names = ("customer", "day", "kind", "amount", "fx")
    return {name: np.concatenate([moves[name][~mixed], column]) for name, column in zip(names, made, strict=True)}


def _days(moves: Table, customer: int, level: int) -> list[tuple[int, int, int, int, int]]:
    its, found, ever = moves["customer"] == customer, [], level > 0
    for day in np.unique(moves["day"][its]).tolist():
        here = its & (moves["day"] == day)
        amount, fx = int(moves["amount"][here].sum()), int(moves["fx"][here].sum())
        back = ever or bool((moves["kind"][here] == KINDS.index("reactivation")).any())
        before, level = level + fx, level + fx + amount
        found.append((customer, day, KINDS.index(_kind(before, level, back)), amount, fx))
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
