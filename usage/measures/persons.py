"""The days on which persons were active, kept from night to night: of each person a bit for each day of the window.

A night reads the rows that were learnt since, and those with a day that came into the window; it forgets the days that
left it, and whoever has none any more.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from customers.registry import Scope
from customers.registry.fetching import integers
from customers.registry.frame import Values, owners
from customers.registry.rolling import State, Step
from usage.domain.partitions import months
from usage.measures.summed import feeds
from usage.measures.window import WINDOW, mask

WEEK = 7
HAD_PERSONS = 400
WHOLE = (1 << 2 * WINDOW) - 1


def first_day(day: date) -> date:
    return day - timedelta(days=2 * WINDOW)


def full(at: Scope) -> State:
    return _state([_read(at, "TRUE")])


def step(state: State, to: Step) -> State:
    came = mask(to.before.day, to.day)
    moved = _read(to.scope, f"(p.known_on >= %(before_known_on)s OR {came} <> 0)", before_known_on=to.before.known_on)
    return _state([(state["customer"], state["person"], state["days"] >> min(to.days, 63)), moved])


def _read(at: Scope, which: str, **params: object) -> Sequence[np.ndarray]:
    first = first_day(at.day)
    text = f"""
        SELECT p.customer_id, p.person, bit_or({days_since(first, at.day)}) FROM usage_usageperson p
        WHERE {{known}} AND {{scope}} AND p.month >= %(first_month)s AND p.month < %(day)s AND {which} GROUP BY 1, 2
    """
    return integers(at.sql(text, table="p", first_month=first.replace(day=1), **params), 3)


def _state(parts: Sequence[Sequence[np.ndarray]]) -> State:
    customer, person, days = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    customer, person, days = _together(customer, person, days & WHOLE)
    active = days != 0
    return {"customer": customer[active], "person": person[active], "days": days[active]}


def _together(customer: np.ndarray, person: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A row for each person, by customer; the days of all their rows."""
    order = np.lexsort((person, customer))
    customer, person = customer[order], person[order]
    starts = np.flatnonzero((np.diff(customer, prepend=-1) != 0) | (np.diff(person, prepend=0) != 0))
    if not len(starts):
        return customer, person, days
    return customer[starts], person[starts], np.bitwise_or.reduceat(days[order], starts)


def days_since(first: date, end: date) -> str:
    """A person's month as days from ``first`` on: bit n is n days after it. SQL over ``p.month``, ``p.days``."""
    parts = []
    for month in months(first, end - timedelta(days=1)):
        place = (month - first).days
        shift = f"<< {place}" if place >= 0 else f">> {-place}"
        parts.append(f"WHEN '{month}' THEN p.days::bigint {shift}")
    return f"CASE p.month {' '.join(parts)} ELSE 0 END"


def bits(since: int, until: int = 0) -> int:
    """The days from ``since`` to ``until`` days ago."""
    return (1 << 2 * WINDOW - until) - (1 << 2 * WINDOW - since)


def read(at: Scope, state: State) -> Values:
    """The values of the family that counts persons, for each customer whose persons we know."""
    customer, _person, days = _together(owners(at, state["customer"]), state["person"], state["days"])
    customers, place = np.unique(customer, return_inverse=True)
    known = _with_persons(at, customers)
    counts = [np.bincount(place[one], minlength=len(customers)) for one in _active(days)]
    beside = np.minimum(np.searchsorted(customers, known), max(len(customers) - 1, 0))
    here = customers[beside] == known if len(customers) else np.zeros(len(known), dtype=bool)
    return known, _values([np.where(here, one[beside] if len(one) else 0, 0) for one in counts])


def _active(days: np.ndarray) -> list[np.ndarray]:
    month, before = days & bits(WINDOW) != 0, days & bits(2 * WINDOW, WINDOW) != 0
    week, week_before = days & bits(WEEK) != 0, days & bits(2 * WEEK, WEEK) != 0
    return [month, before, before & ~month, week, week_before, week_before & ~week]


def _values(counts: Sequence[np.ndarray]) -> list[np.ndarray]:
    month, before, gone, week, week_before, week_gone = counts
    return [
        month.astype(float),
        _part(month, before) - 1,
        week.astype(float),
        _part(week, week_before) - 1,
        _part(week_gone, week_before),
        _part(gone, before),
    ]


def _part(some: np.ndarray, of: np.ndarray) -> np.ndarray:
    return np.divide(some, of, out=np.full(len(some), np.nan), where=of > 0)


def _with_persons(at: Scope, counted: np.ndarray) -> np.ndarray:
    """Whose feed is alive and whose persons we know: those counted in the window, and who had some in 400 days."""
    seen, alive = feeds(at)
    seen = seen[alive]
    who = owners(at, seen)
    known = np.isin(who, counted)
    had = at.sql(HAD, table="p", quiet=seen[~known].tolist(), had_from=at.day - timedelta(days=HAD_PERSONS))
    return np.unique(who[known | np.isin(seen, integers(had, 1)[0])])


HAD = """
    SELECT c.id FROM unnest(%(quiet)s::bigint[]) c (id) WHERE EXISTS (
        SELECT FROM usage_usageperson p WHERE p.customer_id = c.id AND p.month >= %(had_from)s AND p.month < %(day)s
          AND {known}
    )
"""
