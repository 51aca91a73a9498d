"""Who belongs to which group in a period (R19)."""

from dataclasses import dataclass
from math import isnan
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from churn.queries.retention.asked import Asked
from churn.queries.retention.book import Book, day_of, number
from churn.queries.retention.dimensions import DIMENSIONS, attribute, is_dimension, read
from churn.queries.retention.periods import Period
from customers import rules
from customers.queries.attributes import PREFIX, Kind, attribute_frame, fields, labels

FEW_IDS: Final = 2000
NEVER: Final = -(2**31)


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
    when = _when(book, period, entrants)
    places = np.flatnonzero(when > NEVER)
    inside = np.zeros(len(book.ids), dtype=bool)
    inside[places] = _inside(book, places, when[places]) if asked.rule else True
    values = np.full(len(book.ids), None, dtype=object)
    if asked.by:
        values[places] = _values(book, places, when[places])
    return _named(asked, values, inside)


def _when(book: Book, period: Period, entrants: bool) -> np.ndarray:
    """For each customer the day, from 1970, as of which they are looked at; NEVER for who is not there."""
    when = np.full(len(book.ids), NEVER, dtype=np.int64)
    active = book.level(period.start) > 0
    when[active] = number(period.start)
    if entrants:
        moves = book.within(period)
        later = ~active[moves.place]
        places, first = np.unique(moves.place[later], return_index=True)
        when[places] = moves.day[later][first] + 1
    if book.asked.by_today:
        when[when > NEVER] = number(book.asked.until)
    return when


def _inside(book: Book, places: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Whether the rule is met, by the customers at ``places``, each as of a day of its own."""
    asked, ids = book.asked, book.ids[places]
    assert asked.rule is not None
    met = np.zeros(len(places), dtype=bool)
    for day in np.unique(days):
        own = days == day
        wanted = ids[own].tolist() if own.sum() < FEW_IDS else asked.customers
        found = rules.matching(asked.rule, asked.at(day_of(day)), wanted, by_today=asked.by_today)
        met[own] = np.isin(ids[own], found)
    return met


def _values(book: Book, places: np.ndarray, days: np.ndarray) -> np.ndarray:
    """What the customers at ``places`` are divided by, each as of a day of its own."""
    asked, ids = book.asked, book.ids[places]
    if is_dimension(asked.by):
        return read(asked.by, book, days, ids)
    if not asked.by_today and (past := attribute(book, asked.by)):
        return past.on(ids, days)
    values = np.full(len(places), None, dtype=object)
    for day in np.unique(days):
        own = np.flatnonzero(days == day)
        wanted = ids[own].tolist() if len(own) < FEW_IDS else asked.customers
        frame = attribute_frame(asked.at(day_of(day)), [asked.by], wanted, by_today=asked.by_today)
        here = own[np.isin(ids[own], frame.ids)]
        values[here] = frame[asked.by][np.searchsorted(frame.ids, ids[here])]
    return values


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
