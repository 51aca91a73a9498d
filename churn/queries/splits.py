"""What rises and falls of MRR were made of: price, seats, plan, cross-sell, discount."""

from typing import Final

import numpy as np

from churn.queries.moved import CHURN_KINDS, PARTS, Moved
from churn.queries.retention.book import day_of
from churn.queries.retention.opened import Opened, Row
from churn.queries.retention.periods import Period
from subscriptions.queries.curves import KINDS

# New MRR, churn and reactivation are whole subscriptions: their parts would all be cross-sell.
SPLIT: Final = ("expansion", "contraction")
# Of what was lost, how: the kind of churn as the ledger has it.
KINDS_OF_CHURN: Final = {"told_not": "", "voluntary": "voluntary", "involuntary": "involuntary"}


def split(found: Moved, period: Period) -> dict[str, dict[str, int]]:
    """By kind and part what it moved, signed, in millionths; the parts of a kind add up to it."""
    rows = {kind: found.of(period, kind) for kind in SPLIT}
    return {kind: {part: int(rows[kind][part].sum()) for part in PARTS} for kind in SPLIT}


def lost(found: Moved, period: Period) -> dict[str, int]:
    """Churn by its kind, signed, in millionths; together it is all churn."""
    rows = found.of(period, "churn")
    return {
        name: int(rows["amount"][rows["churn_kind"] == CHURN_KINDS.index(kind)].sum())
        for name, kind in KINDS_OF_CHURN.items()
    }


def opened(key: str, found: Moved, period: Period) -> Opened:
    """The movements behind ``split.expansion.price``: those with such a part, and how much of it."""
    _split, kind, part = key.split(".")
    if kind == "churn" and part in KINDS_OF_CHURN:
        rows = found.of(period, kind)
        at = np.flatnonzero(rows["churn_kind"] == CHURN_KINDS.index(KINDS_OF_CHURN[part]))
        part = "amount"
    elif kind in SPLIT and part in PARTS:
        rows = found.of(period, kind)
        at = np.flatnonzero(rows[part])
    else:
        raise KeyError(key)
    at = at[np.argsort(-np.abs(rows[part][at]), kind="stable")]
    columns = (rows[name][at].tolist() for name in ("customer", part, "day", "kind"))
    made = [Row(who, 0, 0, amount, day_of(on), KINDS[one]) for who, amount, on, one in zip(*columns, strict=True)]
    return Opened(key, sum(row.counted for row in made), made)
