"""The measures of the usage window out of its sums, in vectors: the values that the statement of ``window`` gives."""

from collections.abc import Mapping, Sequence

import numpy as np

from customers.registry import Scope
from customers.registry.fetching import integers
from customers.registry.frame import Values, owners
from customers.registry.rolling import State
from usage.domain import features
from usage.measures.seen import NEVER, feeds, last_before
from usage.measures.sums import DAYS, FEATURE, number
from usage.measures.window import LOOKED_BACK, WINDOW, counted, exact_sums, marked, window_days
from usage.models import Feature

RECENT = (1 << WINDOW) - 1


def read(at: Scope, state: State) -> Values:
    """The values of the family, for each customer who has a feed."""
    seen, alive = feeds(at)
    marks, _failures = counted(features.kinds(at.at))
    sums = _beside(seen, at, state, marks)
    corrected = np.intersect1d(seen, state["customer"][state["negative"] >= number(at.day) - DAYS])
    if len(corrected):
        _exactly(at, seen, sums, corrected)
    sums |= {"older": _older(at, seen, state), "alive": alive.astype(np.int64)}
    customers, sums = _joined(owners(at, seen), sums)
    return customers, _values(at, sums, features.kinds(at.at), marks)


def _beside(seen: np.ndarray, at: Scope, state: State, marks: Sequence[Mapping[int, int]]) -> State:
    """The sums beside customers, 0 where there are none."""
    ends = {"week": (0, 7), "week_before": (7, 14), "earlier": (14, WINDOW), "before": (WINDOW, DAYS)}
    columns = {"days": (state["events"] > 0) @ (1 << np.arange(DAYS))}
    columns |= {name: state["events"][:, first:end].sum(axis=1) for name, (first, end) in ends.items()}
    columns |= {"errors": state["errors"].sum(axis=1)}
    columns |= {f"used{n}": _bits(state, chunk) for n, chunk in enumerate(marks)}
    return _put(seen, {name: np.zeros(len(seen), dtype=np.int64) for name in columns}, state["customer"], columns)


def _put(seen: np.ndarray, into: State, customers: np.ndarray, columns: State) -> State:
    if len(seen):
        place = np.minimum(np.searchsorted(seen, customers), len(seen) - 1)
        here = seen[place] == customers
        for name, column in columns.items():
            into[name][place[here]] = column[here]
    return into


def _bits(state: State, chunk: Mapping[int, int]) -> np.ndarray:
    """Beside each customer of the sums, the bits of the features that they used."""
    features_of, customer = state["pair"] & (1 << FEATURE) - 1, state["pair"] >> FEATURE
    bit = np.zeros(max(int(features_of.max(initial=0)), *chunk) + 1, dtype=np.int64)
    bit[list(chunk)] = list(chunk.values())
    found = np.zeros(len(state["customer"]), dtype=np.int64)
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    if len(starts):
        place = np.searchsorted(state["customer"], customer[starts])
        found[place] = np.bitwise_or.reduceat(bit[features_of], starts)
    return found


def _exactly(at: Scope, seen: np.ndarray, sums: State, corrected: np.ndarray) -> None:
    """Put those of customers of whom something was taken back anew, from the facts."""
    marks, failures = counted(features.kinds(at.at))
    names = list(sums)
    exact = exact_sums(len(marks), bool(failures), "%(corrected)s")
    given = {**window_days(at), **marked(marks), "failures": failures, "corrected": corrected.tolist()}
    customers, *columns = integers(at.sql(exact, table="u", **given), 1 + len(names))
    _put(seen, sums, corrected, dict.fromkeys(names, np.zeros(len(corrected), dtype=np.int64)))
    _put(seen, sums, customers, dict(zip(names, columns, strict=True)))


def _older(at: Scope, seen: np.ndarray, state: State) -> np.ndarray:
    """The last use before the window. Where something was ever taken back, the facts are asked."""
    older = {"older": np.full(len(seen), NEVER)}
    _put(seen, older, state["customer"], {"older": state["older"]})
    corrected = np.intersect1d(seen, state["customer"][state["negative"] > 0])
    _put(seen, older, corrected, {"older": last_before(at, corrected)})
    return np.where(older["older"] >= number(at.day) - LOOKED_BACK, older["older"], NEVER)


def _joined(customers: np.ndarray, sums: State) -> tuple[np.ndarray, State]:
    """The sums of those who are one customer, together."""
    order = np.argsort(customers, kind="stable")
    starts = np.flatnonzero(np.diff(customers[order], prepend=-1))
    if not len(starts):
        return customers, sums
    how = {"older": np.maximum, "days": np.bitwise_or, "alive": np.bitwise_or}
    joins = {name: how.get(name, np.bitwise_or if name.startswith("used") else np.add) for name in sums}
    return customers[order][starts], {name: joins[name].reduceat(sums[name][order], starts) for name in sums}


def _values(
    at: Scope, sums: State, kinds: Mapping[int, str], marks: Sequence[Mapping[int, int]]
) -> Sequence[np.ndarray]:
    recent = sums["week"] + sums["week_before"] + sums["earlier"]
    days = np.bitwise_count(sums["days"] & RECENT).astype(float)
    core, sticky = (_share(sums, kinds, kind, marks) for kind in (Feature.Kind.CORE, Feature.Kind.STICKY))
    breadth = sum((np.bitwise_count(sums[f"used{n}"]).astype(float) for n in range(len(marks))), np.zeros(len(days)))
    values = [
        days,
        _change(recent, sums["before"]),
        core,
        sticky,
        breadth,
        _change(sums["week"], sums["week_before"]),
        sums["errors"].astype(float),
        np.maximum(recent, 0).astype(float),
    ]
    return [*(np.where(sums["alive"] > 0, one, np.nan) for one in values), _last(at, sums)]


def _change(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    return np.divide(now, before, out=np.full(len(now), np.nan), where=before > 0) - 1


def _share(sums: State, kinds: Mapping[int, str], kind: str, marks: Sequence[Mapping[int, int]]) -> np.ndarray:
    wanted = [sum(bit for feature, bit in chunk.items() if kinds[feature] == kind) for chunk in marks]
    count = sum(mask.bit_count() for mask in wanted)
    used = np.zeros(len(sums["days"]))
    for n, mask in enumerate(wanted):
        used += np.bitwise_count(sums[f"used{n}"] & mask)
    return used / count if count else np.full(len(used), np.nan)


def _last(at: Scope, sums: State) -> np.ndarray:
    """The newest day is the lowest bit."""
    days = sums["days"]
    ago = np.bitwise_count((days & -days) - 1).astype(np.int64)
    last = np.where(days != 0, number(at.day) - 1 - ago, sums["older"])
    return np.where(last == NEVER, np.datetime64("NaT"), np.maximum(last, 0).astype("datetime64[D]"))
