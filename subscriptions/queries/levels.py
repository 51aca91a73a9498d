"""MRR by the versions: of each version the row known last is picked here, not by the database, which would sort
millions of rows for it, and takes longer to plan that than to read the few of one customer.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

import numpy as np

from subscriptions.domain import bulk
from subscriptions.domain.columns import Columns, firsts, joined, take
from subscriptions.domain.ledger_source import from_date

# ``version`` numbers the parts of versions, ``rank`` puts the rows of one in the order in which they became known.
ROWS: Final = """
SELECT v.subscription_id * 1048576 + v.number, (v.known_on - '2000-01-01'::date) * 1099511627776 + v.id, {owner},
       (v.currency <> %(reporting)s)::int::smallint, (v.mrr * 1000000)::bigint, v.begins, COALESCE(v.ends, 'infinity')
FROM ({spans}) v {canonical} WHERE v.known_on < %(known_on)s
"""
TYPES: Final = {
    "version": "i8",
    "rank": "i8",
    "customer": "i8",
    "abroad": "i2",
    "mrr": "i8",
    "begins": bulk.DAY,
    "ends": bulk.DAY,
}


def changes(portions: Iterable[Columns], day: date) -> tuple[Columns, np.ndarray]:
    """The changes of MRR (customer, day since 2000, change in millionths) before ``day`` of all who have it in the
    reporting currency alone; and the ids of the others. ``portions`` are what ``ROWS`` gives, of some customers each.
    """
    edges = joined(*(_edges(_last(rows), from_date(day)) for rows in portions))
    apart = np.unique(edges["customer"][edges["abroad"] == 1])
    if len(apart):
        edges = take(edges, np.flatnonzero(~np.isin(edges["customer"], apart)))
    return _summed(edges["customer"], edges["day"], edges["change"]), apart


def _edges(rows: Columns, until: int) -> Columns:
    """Where MRR begins and ends before a day."""
    rows = take(rows, np.flatnonzero((rows["mrr"] > 0) & (rows["ends"] > rows["begins"])))
    sides = []
    for side, sign in (("begins", 1), ("ends", -1)):
        its = take(rows, np.flatnonzero(rows[side] < until))
        named = {"customer": its["customer"], "abroad": its["abroad"]}
        sides.append({**named, "day": its[side], "change": sign * its["mrr"]})
    return joined(*sides)


def _last(rows: Columns) -> Columns:
    """Of each version the row known last; of several known on one day, the last written."""
    order = np.argsort(rows["version"], kind="stable")  # they come nearly sorted
    version, rank = rows["version"][order], rows["rank"][order]
    begin = np.flatnonzero(firsts(version))
    if not len(begin):
        return rows
    sizes = np.diff(np.append(begin, len(order)))
    return take(rows, order[rank == np.repeat(np.maximum.reduceat(rank, begin), sizes)])


def _summed(customer: np.ndarray, day: np.ndarray, change: np.ndarray) -> Columns:
    order = np.argsort(customer * 2**32 + day, kind="stable")
    customer, day, change = customer[order], day[order], change[order]
    begin = np.flatnonzero(firsts(customer, day))
    sums = np.add.reduceat(change, begin) if len(begin) else change
    return {"customer": customer[begin], "day": day[begin], "change": sums}
