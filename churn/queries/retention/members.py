"""Who belongs to which group in a period (R19)."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import isnan
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from churn.queries.retention.asked import Asked
from churn.queries.retention.book import EPOCH, Book, Moves
from churn.queries.retention.dimensions import DIMENSIONS, is_dimension, read
from churn.queries.retention.periods import Period
from customers import rules
from customers.queries.attributes import PREFIX, Kind, attribute_frame, fields, labels

FEW_IDS = 2000


@dataclass(frozen=True)
class Members:
    """For each customer of a book the place of its group in ``names``; −1 for who does not count."""

    codes: np.ndarray
    names: list[str | None]


def members(book: Book, period: Period, *, entrants: bool = True) -> Members:
    """The groups of one period: by what was true at its start for who had MRR then, for who enters later by what
    was true on the day of their first movement. Rates need the first only: without ``entrants`` the others are out."""
    asked = book.asked
    if not asked.narrows:
        return Members(np.zeros(len(book.ids), dtype=np.int64), [None])
    values = np.full(len(book.ids), None, dtype=object)
    inside = np.zeros(len(book.ids), dtype=bool)
    active = book.level(period.start) > 0
    _place(book, np.flatnonzero(active), period.start, values, inside)
    for day, places in _entrants(book.within(period), active) if entrants else []:
        _place(book, places, day + timedelta(days=1), values, inside)
    return _named(asked, values, inside)


def _entrants(moves: Moves, active: np.ndarray) -> list[tuple[date, np.ndarray]]:
    """Who had no MRR at the start and moves later, by the day of their first movement."""
    later = ~active[moves.place]
    places, first = np.unique(moves.place[later], return_index=True)
    days = moves.day[later][first]
    return [(EPOCH + timedelta(int(day)), places[days == day]) for day in np.unique(days)]


def _place(book: Book, places: np.ndarray, day: date, values: np.ndarray, inside: np.ndarray) -> None:
    """Fill in the value and whether the rule is met, as of ``day``, for the customers at ``places``."""
    day = book.asked.until if book.asked.by_today else day
    asked, at, ids = book.asked, book.asked.at(day), book.ids[places]
    wanted = ids.tolist() if len(ids) < FEW_IDS else asked.customers
    if asked.rule:
        inside[places] = np.isin(ids, rules.matching(asked.rule, at, wanted, by_today=asked.by_today))
    else:
        inside[places] = True
    if is_dimension(asked.by):
        values[places] = read(asked.by, book, day, ids)
    elif asked.by:
        frame = attribute_frame(at, [asked.by], wanted, by_today=asked.by_today)
        here = np.isin(ids, frame.ids)
        values[places[here]] = frame[asked.by][np.searchsorted(frame.ids, ids[here])]


def _named(asked: Asked, values: np.ndarray, inside: np.ndarray) -> Members:
    if not asked.by:
        return Members(np.where(inside, 0, -1), [None])
    called = _called(asked.by)
    names = [None if value is None else called.get(str(value), str(value)) for value in map(_plain, values)]
    order = list(called.values()) if is_dimension(asked.by) else []
    found = sorted(
        {name for name, counts in zip(names, inside, strict=True) if counts},
        key=lambda name: (order.index(name) if name in order else len(order), *_order(name)),
    )
    place = {name: code for code, name in enumerate(found)}
    codes = [place[name] if counts else -1 for name, counts in zip(names, inside, strict=True)]
    return Members(np.array(codes, dtype=np.int64), list(found))


def _called(key: str) -> dict[str, str]:
    """What values are called that are not words themselves, in the order of the groups."""
    if is_dimension(key):
        return {value: str(name) for value, name in DIMENSIONS[key].names}
    key = key.removeprefix(PREFIX)
    if fields([key])[key].kind == Kind.YES_NO:
        return {"1": _("yes"), "0": _("no")}
    return labels(key)


def _plain(value: Any) -> Any:
    """A value as it is written: 12.0 as 12, a missing one as None."""
    if not isinstance(value, float):
        return value
    return None if isnan(value) else int(value) if value.is_integer() else value


def _order(name: str | None) -> tuple[bool, str]:
    return name is None, name or ""
