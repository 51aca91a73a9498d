"""Customers by when they began to pay, and how many of them, and how much of their MRR, is left later."""

import warnings
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from churn.queries.retention.asked import Asked
from churn.queries.retention.book import KINDS, Book, day_of, number
from churn.queries.retention.lines import share
from churn.queries.retention.members import members
from churn.queries.retention.opened import Opened, Row
from churn.queries.retention.periods import MONTHS, Period, shift
from churn.queries.retention.report import book_for

MONTH_DAYS: Final = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Cell:
    """What is left of a cohort at the start of ``day``: its customers with MRR, and their MRR in millionths."""

    day: date
    customers: int
    mrr: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers who began to pay in a period, with their first MRR. The first cell is the period's end."""

    period: Period
    customers: int
    mrr: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Survived:
    """The share of customers that stays at least so many months, with its interval (95 %). None after the last
    known time."""

    months: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Cohorts:
    """``places`` of those who joined, in the book; beside each the day they did, and their first MRR."""

    book: Book
    periods: list[Period]
    places: np.ndarray
    joined: np.ndarray
    first: np.ndarray


def joined(periods: list[Period], asked: Asked, *days: date) -> Cohorts:
    """Who began to pay in these periods, which follow each other; of those that count by R19. The book has ``days``."""
    until = min(max(periods[-1].end, *days) if days else periods[-1].end, asked.until)
    months = (periods[0].end.year - periods[0].start.year) * 12 + periods[0].end.month - periods[0].start.month
    ages = [shift(periods[0].end, months * age) for age in range(len(periods))]
    book = book_for(periods, asked, *(day for day in (*ages, *days) if day <= until), until)
    moves = book.moves
    new = np.flatnonzero(moves.kind == KINDS.index("new"))
    places, first = np.unique(moves.place[new], return_index=True)
    at = new[first]
    inside = (moves.day[at] >= number(periods[0].start)) & (moves.day[at] < number(periods[-1].end))
    places, at = places[inside], at[inside]
    if asked.rule:
        counts = _counting(book, periods, places, moves.day[at])
        places, at = places[counts], at[counts]
    return Cohorts(book, periods, places, moves.day[at], moves.amount[at])


def triangle(found: Cohorts) -> list[Cohort]:
    """One cohort a period, each with a cell at its end and at the end of each later period that is over."""
    return [_cohort(found, period) for period in found.periods]


def survival(found: Cohorts) -> list[Survived]:
    """Kaplan–Meier over all who joined: how many stay so many months before they leave for the first time.

    Who has not left is counted as long as they are known. Empty where nobody joined.
    """
    days, left = _times(found)
    if not len(days):
        return []
    from scipy.stats import CensoredData, ecdf  # slow to import; only this asks for it

    curve = ecdf(CensoredData(uncensored=days[left], right=days[~left])).sf
    most = int(days.max() / MONTH_DAYS)
    times = np.arange(most + 1) * MONTH_DAYS
    low, high = _interval(curve, times) if left.any() else (np.full(len(times), np.nan),) * 2
    return [
        Survived(month, float(value), _or_none(least), _or_none(highest))
        for month, (value, least, highest) in enumerate(zip(curve.evaluate(times), low, high, strict=True))
    ]


def opened(key: str, period: Period, day: date | None, asked: Asked, found: Cohorts | None = None) -> Opened:
    """The customers of one cohort: ``cohort.joined``, ``cohort.new_mrr`` or, on a day, ``cohort.customers`` and
    ``cohort.mrr`` as shares of what began. Raises KeyError."""
    found = found or joined([period], asked, *([day] if day else []))
    own = np.flatnonzero((found.joined >= number(period.start)) & (found.joined < number(period.end)))
    first = found.first[own]
    then = _level(found, own, day) if day else np.zeros(len(own), dtype=np.int64)
    order = np.lexsort((found.places[own], -np.maximum(first, then)))
    ids = found.book.ids[found.places[own]]
    counted = {"cohort.joined": first, "cohort.new_mrr": first, "cohort.customers": then, "cohort.mrr": then}[key]
    rows = [
        Row(int(ids[at]), int(first[at]), int(then[at]), int(counted[at]), day_of(found.joined[own][at]))
        for at in order.tolist()
    ]
    if key == "cohort.joined":
        return Opened(key, len(rows), rows)
    if key == "cohort.new_mrr":
        return Opened(key, int(first.sum()), rows)
    parts = (int(then.sum()), int(first.sum())) if key == "cohort.mrr" else (int((then > 0).sum()), len(rows))
    return Opened(key, share(*parts), rows, parts)


def survivors(found: Cohorts, months: int) -> Opened:
    """All who joined, with the days until they left or until now: who left within so many months of beginning first.
    The value is the curve's there; ``parts`` are how many have left by then, and of how many.
    """
    curve = survival(found)
    days, left = _times(found)
    by_then = left & (days <= months * MONTH_DAYS)
    order = np.lexsort((days, ~by_then))
    columns = (found.book.ids[found.places], found.first, found.joined, days.astype(np.int64), left)
    rows = [
        Row(who, lasted, 0, first, day_of(began), "churn" if has_left else "")
        for who, first, began, lasted, has_left in zip(*(column[order].tolist() for column in columns), strict=True)
    ]
    value = curve[months].share if months < len(curve) else None
    return Opened("cohort.survival", value, rows, (int(by_then.sum()), len(days)))


def of_step(step: str, end: date, count: int) -> list[Period]:
    """The last ``count`` months, quarters or years that have begun before ``end``, the latest last."""
    months = MONTHS.get(step, 1)
    last = date(end.year, (end.month - 1) // months * months + 1, 1)
    if last >= end:
        last = shift(last, -months)
    starts = [shift(last, -months * back) for back in reversed(range(count))]
    return [Period(start, shift(start, months)) for start in starts]


def _cohort(found: Cohorts, period: Period) -> Cohort:
    own = np.flatnonzero((found.joined >= number(period.start)) & (found.joined < number(period.end)))
    levels = [(day, _level(found, own, day)) for day in found.book.days if day >= period.end]
    ends = {one.end for one in found.periods}
    cells = [Cell(day, int((level > 0).sum()), int(level.sum())) for day, level in levels if day in ends]
    return Cohort(period, len(own), int(found.first[own].sum()), cells)


def _level(found: Cohorts, own: np.ndarray, day: date) -> np.ndarray:
    return found.book.level(day)[found.places[own]]


def _counting(book: Book, periods: list[Period], places: np.ndarray, days: np.ndarray) -> np.ndarray:
    counts = np.zeros(len(places), dtype=bool)
    for period in periods:
        own = (days >= number(period.start)) & (days < number(period.end))
        counts[own] = (members(book, period).codes >= 0)[places[own]]
    return counts


def _times(found: Cohorts) -> tuple[np.ndarray, np.ndarray]:
    """For each who joined the days until they left for the first time, or until now; and whether they left."""
    moves = found.book.moves
    churn = np.flatnonzero(moves.kind == KINDS.index("churn"))
    places, first = np.unique(moves.place[churn], return_index=True)
    at = np.searchsorted(places, found.places)
    at_most = np.minimum(at, max(len(places) - 1, 0))
    left = (places[at_most] == found.places) if len(places) else np.zeros(len(found.places), dtype=bool)
    ends = np.where(left, moves.day[churn][first][at_most], number(found.book.days[-1])) if len(places) else None
    gone = ends if ends is not None else np.full(len(found.places), number(found.book.days[-1]))
    return (gone - found.joined).astype(float), left


def _interval(curve: object, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where it is not defined, nothing is shown
        found = curve.confidence_interval(method="log-log")  # type: ignore[attr-defined]
        return found.low.evaluate(times), found.high.evaluate(times)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
