"""The rows of the ledger: movements of the worlds, each told only where it is news."""

import numpy as np

from subscriptions.domain.columns import Columns, counting, firsts, take
from subscriptions.domain.ledger_cells import PARTS, Cells
from subscriptions.domain.ledger_edges import Seen

SAID = ("kind", "before", "after", "fx", *PARTS, "churn", "kept")


def rows_of(seen: Seen, cells: Cells) -> Cells:
    """One row for each movement; in a wild customer's worlds, a day again where it differs from the world before.

    Its columns are those of the movement with ``customer``, ``known`` and ``replaces`` beside.
    """
    columns = cells.columns
    tame = seen.known[columns["world"]] < 0
    place = np.flatnonzero(tame)
    straight = {
        **take(columns, place),
        "customer": seen.customer[columns["world"][place]],
        "replaces": np.zeros(len(place), dtype=bool),
    }
    if tame.all() and not len(seen.days["world"]):
        return Cells(straight, cells.counts, cells.versions)
    return _beside(Cells(straight, *_lists(cells, place)), _retold(seen, cells))


def _retold(seen: Seen, cells: Cells) -> Cells:
    """All days of all worlds of the wild, a day without a movement saying nothing, less what is no news."""
    world, day = seen.days["world"], seen.days["day"].astype(np.int64)
    key = cells.columns["world"] * 2**32 + cells.columns["day"]
    at = np.searchsorted(key, world * 2**32 + day)
    at = np.minimum(at, max(len(key) - 1, 0))
    there = (key[at] == world * 2**32 + day) if len(key) else np.zeros(len(at), dtype=bool)
    said = {name: np.where(there, cells.columns[name][at], 0) if len(key) else at * 0 for name in SAID}
    customer = seen.customer[world]
    order = np.lexsort((world, day, customer))
    said, first = take(said, order), firsts(customer[order], day[order])
    differs = np.logical_or.reduce([said[name] != np.where(first, 0, np.roll(said[name], 1)) for name in SAID])
    news = np.flatnonzero(differs)
    kept = order[news]
    columns = {
        **take(said, news),
        "world": world[kept],
        "day": day[kept].astype(np.int32),
        "known": seen.known[world[kept]],
        "customer": customer[kept],
    }
    columns["replaces"] = ~firsts(columns["customer"], columns["day"])
    empty = np.where(there[kept], cells.counts[at[kept]] if len(key) else 0, 0)
    return Cells(columns, *_lists(cells, at[kept], empty))


def _lists(cells: Cells, place: np.ndarray, counts: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    sizes = cells.counts[place] if counts is None else counts
    offsets = np.cumsum(cells.counts) - cells.counts
    if not len(cells.counts):
        return sizes, cells.versions
    return sizes, cells.versions[np.repeat(offsets[place], sizes) + counting(sizes)]


def _beside(one: Cells, other: Cells) -> Cells:
    columns: Columns = {
        name: np.concatenate([one.columns[name], other.columns[name].astype(one.columns[name].dtype)])
        for name in one.columns
        if name in other.columns
    }
    return Cells(columns, np.concatenate([one.counts, other.counts]), np.concatenate([one.versions, other.versions]))
