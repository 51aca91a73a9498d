"""The second half of the ledger: what the edges of a world add up to on each day, and what moved it.

A *cell* is a day of a world on which some balance changes. All amounts are millionths of the reporting currency.
"""

from dataclasses import dataclass, replace

import numpy as np

from subscriptions.domain.columns import Columns, counting, firsts, joined, reduced, take
from subscriptions.domain.exchange import Rates, convert, half_even
from subscriptions.domain.ledger_edges import Seen

NONE, NEW, EXPANSION, CONTRACTION, CHURN, REACTIVATION = range(6)
KINDS = ("none", "new", "expansion", "contraction", "churn", "reactivation")
PARTS = ("price", "seats", "plan_change", "cross_sell", "discount")


@dataclass(frozen=True, slots=True)
class Cells:
    """Movements, sorted by world and day; ``versions`` are the ids behind each, ``counts`` how many each has."""

    columns: Columns
    counts: np.ndarray
    versions: np.ndarray


def cells_of(seen: Seen, rates: Rates, back_within: int | None = None) -> Cells:
    """The movements of all worlds. Who pays again after more than ``back_within`` days is new. Raises
    ``MissingRate``.
    """
    free = seen.edges["mrr"] == 0
    idle = _idle(seen, np.flatnonzero(free)) if free.any() else None
    if idle:
        seen = replace(seen, edges=take(seen.edges, np.flatnonzero(~free)), world=seen.world[~free])
    totals = _totals(seen, rates)
    splits, counts, versions = _splits(seen, rates)
    moves = np.flatnonzero(totals["moves"])
    offsets = np.cumsum(counts) - counts
    kept = np.repeat(offsets[moves], counts[moves]) + counting(counts[moves])
    columns = {**take(totals, moves), **take(splits, moves)}
    columns = _classed(columns, back_within)
    columns["kept"] = (columns["kind"] == CHURN) & (_there(idle, columns) if idle else False)
    return Cells(columns, counts[moves], versions[kept])


def _idle(seen: Seen, place: np.ndarray) -> Columns:
    """How many free or paused versions each world has from each day on on which that changes."""
    order = place[np.lexsort((seen.edges["day"][place], seen.world[place]))]
    world, day = seen.world[order], seen.edges["day"][order]
    last = np.append(np.flatnonzero(firsts(world, day))[1:], len(order)) - 1
    running = np.cumsum(seen.edges["way"][order])
    begin = np.flatnonzero(firsts(world))
    base = np.repeat(running[begin] - seen.edges["way"][order][begin], np.diff(np.append(begin, len(order))))
    return {"key": (world * 2**32 + day)[last], "world": world[last], "count": (running - base)[last]}


def _there(idle: Columns, cells: Columns) -> np.ndarray:
    """Whether a cell's world has a free or paused version at the end of its day."""
    at = np.searchsorted(idle["key"], cells["world"] * 2**32 + cells["day"], "right") - 1
    own = (at >= 0) & (idle["world"][at] == cells["world"])
    return own & (idle["count"][at] > 0)


def _totals(seen: Seen, rates: Rates) -> Columns:
    """Each day of a world: MRR before and after at the rates of the day, and whether any currency's balance moves."""
    flows = _dense(_flows(seen))
    order = np.lexsort((flows["day"], flows["currency"], flows["world"]))
    flows = take(flows, order)
    begin = np.flatnonzero(firsts(flows["world"], flows["currency"]))
    running = np.cumsum(flows["delta"])
    base = np.repeat(running[begin] - flows["delta"][begin], np.diff(np.append(begin, len(running))))
    native = running - base
    known = seen.known[flows["world"]]
    after = convert(native, flows["currency"], flows["day"], known, rates)
    before = convert(native - flows["delta"], flows["currency"], flows["day"], known, rates)
    order = np.lexsort((flows["day"], flows["world"]))
    world, day, told = flows["world"][order], flows["day"][order], flows["known"][order]
    begin = np.flatnonzero(firsts(world, day))
    return {
        "world": world[begin],
        "day": day[begin],
        "known": reduced(np.maximum, told, begin),
        "before": reduced(np.add, before[order], begin),
        "after": reduced(np.add, after[order], begin),
        "moves": reduced(np.logical_or, flows["delta"][order] != 0, begin),
    }


def _flows(seen: Seen) -> Columns:
    edges = seen.edges
    order = np.lexsort((edges["currency"], edges["day"], seen.world))
    world, day, currency = seen.world[order], edges["day"][order], edges["currency"][order]
    begin = np.flatnonzero(firsts(world, day, currency))
    return {
        "world": world[begin],
        "day": day[begin],
        "currency": currency[begin],
        "known": edges["known"][order][begin],
        "delta": reduced(np.add, (edges["way"] * edges["mrr"])[order], begin),
    }


def _dense(flows: Columns) -> Columns:
    """Where a world has several currencies, each gets a row on every day: what is carried in all is restated."""
    worlds, currencies = np.unique(np.stack([flows["world"], flows["currency"].astype(np.int64)]), axis=1)
    several = np.unique(worlds[~firsts(worlds)])
    if not len(several):
        return flows
    mixed = np.flatnonzero(np.isin(flows["world"], several))
    own = np.isin(worlds, several)
    worlds, currencies = worlds[own], currencies[own]
    days = take(flows, mixed[np.flatnonzero(firsts(flows["world"][mixed], flows["day"][mixed]))])
    times = np.searchsorted(worlds, days["world"], "right") - np.searchsorted(worlds, days["world"])
    grid = take(days, np.repeat(np.arange(len(times)), times))
    grid["currency"] = currencies[np.repeat(np.searchsorted(worlds, days["world"]), times) + counting(times)]
    grid["delta"] = np.zeros(len(grid["world"]), dtype=np.int64)
    both = joined(flows, {name: grid[name].astype(flows[name].dtype) for name in flows})
    order = np.lexsort((both["currency"], both["day"], both["world"]))
    both = take(both, order)
    begin = np.flatnonzero(firsts(both["world"], both["day"], both["currency"]))
    return {**take(both, begin), "delta": reduced(np.add, both["delta"], begin)}


def _splits(seen: Seen, rates: Rates) -> tuple[Columns, np.ndarray, np.ndarray]:
    """The parts of each day of a world, and the versions behind it.

    Where one version takes over from another of the same subscription: another plan is plan; more or fewer units at
    the old price per unit are seats; a discount given or taken, as a share of the list price, is discount; the rest is
    price. A subscription that begins or ends as a whole is cross-sell.
    """
    pairs = _pairs(seen, rates)
    begin = np.flatnonzero(firsts(pairs["world"], pairs["day"]))
    splits = {part: reduced(np.add, amount, begin) for part, amount in _parted(pairs).items()}
    splits["churn"] = reduced(np.maximum, pairs["churn"], begin)
    cell = np.cumsum(firsts(pairs["world"], pairs["day"])) - 1
    ids = np.concatenate([pairs["old_id"], pairs["new_id"]])
    cells, is_new = np.concatenate([cell, cell]), np.repeat([0, 1], len(cell))
    there = ids >= 0
    order = np.lexsort((ids[there], is_new[there], cells[there]))
    counts = np.bincount(cells[there], minlength=len(begin))
    return splits, counts, ids[there][order]


def _pairs(seen: Seen, rates: Rates) -> Columns:
    """Each subscription's day of a world: what it lost and gained, and of which plan and how many units."""
    order = np.lexsort((seen.edges["subscription"], seen.edges["day"], seen.world))
    edges, world = take(seen.edges, order), seen.world[order]
    at = (edges["currency"], edges["day"], seen.known[world], rates)
    value, discount = convert(edges["mrr"], *at), convert(edges["discount"], *at)
    begin = np.flatnonzero(firsts(world, edges["day"], edges["subscription"]))
    gains = edges["way"] > 0

    def of(ufunc: np.ufunc, column: np.ndarray, which: np.ndarray, otherwise: int = 0) -> np.ndarray:
        return reduced(ufunc, np.where(which, column, otherwise), begin)

    currency = edges["currency"]
    return {
        "world": world[begin],
        "day": edges["day"][begin],
        "gains": reduced(np.add, gains.astype(np.int64), begin),
        "edges": np.diff(np.append(begin, len(world))),
        "gained": of(np.add, value, gains),
        "lost": of(np.add, value, ~gains),
        "new_discount": of(np.add, discount, gains),
        "old_discount": of(np.add, discount, ~gains),
        "new_plan": of(np.maximum, edges["plan"], gains),
        "old_plan": of(np.maximum, edges["plan"], ~gains),
        "new_units": of(np.maximum, edges["quantity"], gains),
        "old_units": of(np.maximum, edges["quantity"], ~gains),
        "one_currency": reduced(np.minimum, currency, begin) == reduced(np.maximum, currency, begin),
        "churn": of(np.maximum, edges["churn"], ~gains),
        "new_id": of(np.maximum, edges["id"], gains, -1),
        "old_id": of(np.maximum, edges["id"], ~gains, -1),
    }


def _parted(pairs: Columns) -> Columns:
    amount = pairs["gained"] - pairs["lost"]
    whole = (pairs["gains"] == 0) | (pairs["gains"] == pairs["edges"])
    alike = (pairs["edges"] == 2) & pairs["one_currency"] & ~whole
    plan = alike & (pairs["new_plan"] != pairs["old_plan"])
    units = alike & ~plan & (pairs["new_units"] != pairs["old_units"]) & (pairs["old_units"] > 0)
    discount = np.where(alike, _discounted(pairs), 0)
    seats = np.zeros_like(amount)
    seats[units] = half_even(
        pairs["lost"][units], (pairs["new_units"] - pairs["old_units"])[units], pairs["old_units"][units]
    )
    return {
        "price": np.where(whole | plan, 0, amount - seats - discount),
        "seats": seats,
        "plan_change": np.where(plan, amount - discount, 0),
        "cross_sell": np.where(whole, amount, 0),
        "discount": discount,
    }


def _discounted(pairs: Columns) -> np.ndarray:
    """What the discount that the new list price would have at the old rate is more than the one it has."""
    old, new = pairs["old_discount"], pairs["new_discount"]
    expected = np.zeros_like(old)
    had = (old > 0) & (pairs["lost"] + old > 0)
    expected[had] = half_even((pairs["gained"] + new)[had], old[had], (pairs["lost"] + old)[had])
    return expected - new


def _classed(cells: Columns, back_within: int | None) -> Columns:
    """With kind and FX. The sum of the parts is the amount exactly: what rounding leaves goes to the first there is."""
    begins = firsts(cells["world"])
    before, after = cells["before"], cells["after"]
    rest = after - before - sum(cells[part] for part in PARTS)
    taken = np.zeros(len(rest), dtype=bool)
    for part in ("cross_sell", "plan_change", "seats", "discount", "price"):
        here = ~taken & ((cells[part] != 0) | (part == "price"))
        cells[part] = cells[part] + np.where(here, rest, 0)
        taken |= here
    away = cells["day"].astype(np.int64) - np.roll(cells["day"], 1)
    late = away > back_within if back_within is not None else False
    first = np.where(begins | late, NEW, REACTIVATION)
    choices = [(before == 0) & (after > 0), (after == 0) & (before > 0), after > before, after < before]
    kind = np.select(choices, [first, CHURN, EXPANSION, CONTRACTION], NONE)
    return {
        **cells,
        "kind": kind.astype(np.int16),
        "fx": before - np.where(begins, 0, np.roll(after, 1)),
        "churn": np.where(after == 0, cells["churn"], 0).astype(np.int16),
    }
