"""The usage window as numbers, brought from night to night: what was learnt since is added, old days fall out.

Of each customer the events of each day of the window, the errors of its recent half and the last use before it; of each
feature that a customer used, the last day. So a night reads nothing but what was learnt since the last one. The day of
the last row that took something back is kept, too: until it has left the window, nothing but the facts tells such a
customer's use.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from customers.registry import Scope
from customers.registry.fetching import integers
from customers.registry.rolling import State, Step
from usage.domain import features
from usage.measures.seen import NEVER, feeds, last_before
from usage.measures.window import WINDOW, counted, window_days

EPOCH = date(1970, 1, 1)
DAYS = 2 * WINDOW
FEATURE, AGO = 20, 12  # bits of a feature's id, and of a number of days, beside the id of a customer
NOTHING = np.array([], dtype=np.int64)
NONE: State = {
    "customer": NOTHING,
    "events": np.zeros((0, DAYS), dtype=np.int64),
    "errors": np.zeros((0, WINDOW), dtype=np.int64),
    "negative": NOTHING,
    "older": NOTHING,
}


def full(at: Scope) -> State:
    days = {**window_days(at), "failures": _failures(at)}
    learnt = _learnt(integers(at.sql(OF_DAYS, table="u", **days), 3), at)
    return _merged(NONE, learnt, at, DAYS) | _pairs(integers(at.sql(OF_FEATURES, table="u", **days), 3))


# Of millions of rows each number that need not be sent counts: whose, how long ago and of what are one.
PACKED = f"(u.customer_id::bigint << {AGO + FEATURE}) | ((%(day)s::date - 1 - u.day) << {FEATURE}) | u.feature_id"
ROW = f"{PACKED}, u.events, u.errors"
# What most rows fail comes first.
OF_DAYS = f"""
    SELECT {ROW} FROM usage_usageday u
    WHERE (u.feature_id = %(over_all)s OR u.feature_id = ANY (%(failures)s) OR u.events < 0)
      AND {{visible}} AND u.day >= %(before_from)s
"""
OF_FEATURES = """
    SELECT u.customer_id, u.feature_id, max(u.day - date '1970-01-01') FROM usage_usageday u
    WHERE {visible} AND u.day >= %(recent_from)s AND u.feature_id <> %(over_all)s AND u.events > 0 GROUP BY 1, 2
"""


def step(state: State, to: Step) -> State:
    month = to.before.day.replace(day=1)
    rows = integers(to.sql(NEW, table="u", month=month, **window_days(to.scope)), 3)
    state = state | {"older": np.maximum(state["older"], _fallen_out(state, to))}
    merged = _merged(state, _learnt(rows, to.scope), to.scope, to.days)
    return merged | _kept(_pairs(_uses(rows, to.scope), state), to)


# In two parts: of months gone by, the index on what is known finds the few rows that were learnt late.
NEW = f"""
    SELECT {ROW} FROM usage_usageday u WHERE {{new}} AND u.day >= %(month)s
    UNION ALL
    SELECT {ROW} FROM usage_usageday u WHERE {{learnt}} AND u.day >= %(older_from)s AND u.day < %(month)s
"""


def _learnt(rows: Sequence[np.ndarray], at: Scope) -> State:
    """Rows of usage, summed up for each customer and day."""
    whose, feature, ago, events, errors = _unpacked(rows)
    customer, place = _placed(whose)
    day = number(at.day) - 1 - ago
    over_all, fails = feature == features.over_all(), np.isin(feature, _failures(at))
    failed = np.where(over_all, errors, events)
    return {
        "customer": customer,
        "events": _grid(place, ago, events, over_all, (len(customer), DAYS)),
        "errors": _grid(place, ago, failed, over_all | fails, (len(customer), WINDOW)),
        "negative": _latest(place, day, events < 0, np.zeros(len(customer), dtype=np.int64)),
        "older": _latest(place, day, over_all & (events > 0) & (ago >= DAYS), np.full(len(customer), NEVER)),
    }


def _unpacked(rows: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
    packed, events, errors = rows
    feature, ago = packed & ((1 << FEATURE) - 1), packed >> FEATURE & ((1 << AGO) - 1)
    return packed >> (AGO + FEATURE), feature, ago, events, errors


def _placed(whose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each customer once, sorted, and beside each row the place of its own: ``np.unique`` without sorting millions."""
    here = np.zeros(whose.max(initial=-1) + 1, dtype=bool)
    here[whose] = True
    return np.flatnonzero(here), (np.cumsum(here) - 1)[whose]


def _grid(
    place: np.ndarray, ago: np.ndarray, values: np.ndarray, here: np.ndarray, shape: tuple[int, int]
) -> np.ndarray:
    here = here & (ago < shape[1])
    flat = place[here] * shape[1] + ago[here]
    return np.bincount(flat, weights=values[here], minlength=shape[0] * shape[1]).astype(np.int64).reshape(shape)


def _latest(place: np.ndarray, day: np.ndarray, here: np.ndarray, before: np.ndarray) -> np.ndarray:
    np.maximum.at(before, place[here], day[here])
    return before


def _fallen_out(state: State, to: Step) -> np.ndarray:
    """The last day of use among those that the window leaves behind."""
    if not to.days:
        return np.full(len(state["customer"]), NEVER)
    used = state["events"][:, DAYS - to.days :] > 0
    last = number(to.before.day) - 1 - (DAYS - to.days) - used.argmax(axis=1)
    return np.where(used.any(axis=1), last, NEVER)


def _merged(state: State, learnt: State, at: Scope, days: int) -> State:
    """The window some days later, with what was learnt meanwhile, and all who have a feed."""
    customer = np.unique(np.concatenate([state["customer"], learnt["customer"], feeds(at)[0]]))
    old, new = (np.searchsorted(customer, one["customer"]) for one in (state, learnt))
    found: State = {"customer": customer}
    for name, width in (("events", DAYS), ("errors", WINDOW)):
        found[name] = np.zeros((len(customer), width), dtype=np.int64)
        found[name][old, days:] = state[name][:, : max(width - days, 0)]
        found[name][new] += learnt[name]
    for name, none in (("negative", 0), ("older", NEVER)):
        found[name] = np.full(len(customer), none)
        found[name][old] = state[name]
        found[name][new] = np.maximum(found[name][new], learnt[name])
    fresh = ~np.isin(customer, state["customer"]) & ~(found["events"] > 0).any(axis=1)
    found["older"][fresh] = last_before(at, customer[fresh])
    return found


def _uses(rows: Sequence[np.ndarray], at: Scope) -> list[np.ndarray]:
    whose, feature, ago, events, _errors = _unpacked(rows)
    here = (ago < WINDOW) & (feature != features.over_all()) & (events > 0)
    return [whose[here], feature[here], number(at.day) - 1 - ago[here]]


def _pairs(uses: Sequence[np.ndarray], before: State | None = None) -> State:
    """``pair``: a customer and a feature in one number, sorted; ``last``: the last day of use, counted from 1970."""
    customer, feature, day = uses
    pair = customer << FEATURE | feature
    if before:
        pair, day = np.concatenate([before["pair"], pair]), np.concatenate([before["last"], day])
    order = np.argsort(pair, kind="stable")
    pair, day = pair[order], day[order]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    return {"pair": pair[starts], "last": np.maximum.reduceat(day, starts) if len(starts) else day}


def _kept(pairs: State, to: Step) -> State:
    """Without what was last used before the window."""
    here = pairs["last"] >= number(to.day) - WINDOW
    return {name: column[here] for name, column in pairs.items()}


def _failures(at: Scope) -> list[int]:
    return counted(features.kinds(at.at))[1]


def number(day: date) -> int:
    return (day - EPOCH).days
