"""The first half of the ledger: from what versions say, as known from day to day, to where paying begins and ends.

A *belief* is a version as one row tells it, until the next row of the same version is known. An *edge* is where a
belief begins or ends (``way`` 1 or -1; one without MRR is free or paused, and moves none), taken up (``sign`` 1) or
given up (-1) on the day ``known``. A *world* is the whole ledger of a customer by what was known on one day. Most
customers' days become known in their order and stay as they were: one world tells all of them. For the *wild* others,
each day on which something became known is a world of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from subscriptions.domain.bulk import NEVER
from subscriptions.domain.columns import Columns, counting, firsts, joined, take

PRICE: Final = ("plan", "quantity", "mrr", "discount", "currency")
CONTENT: Final = ("subscription", "number", "way", "day", *PRICE, "churn")


@dataclass(frozen=True, slots=True)
class Seen:
    """Edges of worlds, each believed in its world. ``world`` numbers them; ``customer`` and ``known`` stand for each
    world. A tame customer's world has ``known`` -1: there, each edge has its own.
    """

    edges: Columns
    world: np.ndarray
    customer: np.ndarray
    known: np.ndarray
    days: Columns  # world and day, for the wild: all days of which something was ever known


def believed(rows: Columns) -> Columns:
    """Of several rows of a version known on one day the last. Rows are sorted by subscription, number, known, id."""
    last = np.roll(firsts(rows["subscription"], rows["number"], rows["known"]), -1)
    return take(rows, np.flatnonzero(last))


def lasts(rows: Columns) -> np.ndarray:
    return rows["ends"] > rows["begins"]


def edges_of(rows: Columns) -> Columns:
    """The edges of all beliefs. Where a new row says the same of a begin or an end as the one before, there is none."""
    rows = believed(rows)
    there, first = lasts(rows), firsts(rows["subscription"], rows["number"])
    last = np.roll(first, -1)
    next_known = np.roll(rows["known"], -1)
    same = ~first & there & np.roll(there, 1) & np.logical_and.reduce([_as_before(rows[name]) for name in PRICE])
    same_begin = same & _as_before(rows["begins"])
    same_end = same & _as_before(rows["ends"]) & _as_before(rows["churn"])
    ends = there & (rows["ends"] < NEVER)
    return joined(
        _edges(rows, there & ~same_begin, "begins", rows["known"], 1),
        _edges(rows, ends & ~same_end, "ends", rows["known"], 1),
        _edges(rows, there & ~last & ~np.roll(same_begin, -1), "begins", next_known, -1),
        _edges(rows, ends & ~last & ~np.roll(same_end, -1), "ends", next_known, -1),
    )


def seen_in_one_world(edges: Columns) -> Seen:
    customer, world = np.unique(edges["customer"], return_inverse=True)
    nothing: Columns = {"world": np.zeros(0, dtype=np.int64), "day": np.zeros(0, dtype=np.int32)}
    return Seen(edges, world, customer, np.full(len(customer), -1), nothing)


def seen_as_known(edges: Columns, corrections: Columns, *, merged: Sequence[int] = (), all_wild: bool = False) -> Seen:
    """The edges in their worlds. ``corrections`` are (currency, known) of exchange rates that were corrected,
    ``merged`` the customers who were ever merged.
    """
    wild = np.unique(edges["customer"]) if all_wild else _wild(edges, corrections, merged)
    is_wild = np.isin(edges["customer"], wild)
    tame = seen_in_one_world(take(edges, np.flatnonzero(~is_wild)))
    if not is_wild.any():
        return tame
    return _both(tame, _worlds(take(edges, np.flatnonzero(is_wild)), corrections))


def _as_before(column: np.ndarray) -> np.ndarray:
    return column == np.roll(column, 1)


def _edges(rows: Columns, mask: np.ndarray, day: str, known: np.ndarray, sign: int) -> Columns:
    place = np.flatnonzero(mask)
    kept = take(rows, place)
    begins = day == "begins"
    size = len(place)
    return {
        **{name: kept[name] for name in ("id", "customer", "subscription", "number", *PRICE)},
        "churn": np.zeros(size, dtype=np.int32) if begins else kept["churn"],
        "day": kept[day],
        "known": known[place],
        "way": np.full(size, 1 if begins else -1, dtype=np.int64),
        "sign": np.full(size, sign, dtype=np.int64),
    }


def _wild(edges: Columns, corrections: Columns, merged: Sequence[int]) -> np.ndarray:
    """Customers with a day that was told twice, or with one that was known later than a day after it."""
    order = np.lexsort((edges["known"], edges["day"], edges["customer"]))
    customer, day, known = (edges[name][order] for name in ("customer", "day", "known"))
    first = firsts(customer, day)
    begin = np.flatnonzero(first)
    end = np.append(begin[1:], len(customer)) - 1
    owner, earliest, latest = customer[begin], known[begin].astype(np.int64), known[end].astype(np.int64)
    fresh = firsts(owner)
    # A running maximum for each customer: what belongs to later ones is lifted above all before.
    lift = np.cumsum(fresh) * 2**33
    before = np.roll(np.maximum.accumulate(latest + lift), 1) - lift
    out_of_order = (earliest < latest) | (~fresh & (before > earliest))
    restated = edges["customer"][np.isin(edges["currency"], corrections["currency"])]
    return np.unique(np.concatenate([owner[out_of_order], restated, np.array(merged, dtype=np.int64)]))


def _worlds(edges: Columns, corrections: Columns) -> Seen:
    customer, known = _world_days(edges, corrections)
    last = np.searchsorted(customer, edges["customer"], "right")
    own = _keyed(customer, known)
    since = np.searchsorted(own, _keyed(edges["customer"], edges["known"]))
    times = last - since
    edge = np.repeat(np.arange(len(times)), times)
    world = np.repeat(since, times) + counting(times)
    days = np.unique(np.stack([world, edges["day"][edge].astype(np.int64)]), axis=1)
    kept, kept_world = _net(edges, edge, world)
    return Seen(kept, kept_world, customer, known, {"world": days[0], "day": days[1].astype(np.int32)})


def _world_days(edges: Columns, corrections: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Each wild customer with each day on which something became known, sorted."""
    pairs = [np.stack([edges["customer"], edges["known"].astype(np.int64)])]
    for currency, known in zip(corrections["currency"], corrections["known"], strict=True):
        restated = np.unique(edges["customer"][(edges["currency"] == currency) & (edges["known"] < known)])
        pairs.append(np.stack([restated, np.full(len(restated), known, dtype=np.int64)]))
    customer, known = np.unique(np.concatenate(pairs, axis=1), axis=1)
    return customer, known


def _keyed(customer: np.ndarray, known: np.ndarray) -> np.ndarray:
    return customer.astype(np.int64) * 2**20 + known.astype(np.int64) + 2**19


def _net(edges: Columns, edge: np.ndarray, world: np.ndarray) -> tuple[Columns, np.ndarray]:
    """In each world, what was taken up and not given up again, once; by the row that took it up last."""
    order = np.lexsort([edges[name] for name in CONTENT])
    same = np.cumsum(firsts(*(edges[name][order] for name in CONTENT)))
    content = np.empty_like(same)
    content[order] = same
    order = np.lexsort((edges["id"][edge], content[edge], world))
    edge, world = edge[order], world[order]
    begin = np.flatnonzero(firsts(world, content[edge]))
    standing = np.add.reduceat(edges["sign"][edge], begin) > 0
    newest = np.maximum.reduceat(np.where(edges["sign"][edge] > 0, edges["id"][edge], -1), begin)
    kept = take(edges, edge[begin][standing])
    return {**kept, "id": newest[standing]}, world[begin][standing]


def _both(tame: Seen, wild: Seen) -> Seen:
    shift = len(tame.customer)
    return Seen(
        joined(tame.edges, wild.edges),
        np.concatenate([tame.world, wild.world + shift]),
        np.concatenate([tame.customer, wild.customer]),
        np.concatenate([tame.known, wild.known]),
        {"world": wild.days["world"] + shift, "day": wild.days["day"]},
    )
