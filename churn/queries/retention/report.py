from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Final

import numpy as np

from churn.queries.retention import held, totals
from churn.queries.retention.asked import Asked
from churn.queries.retention.book import Book, book_of
from churn.queries.retention.lines import Cohort, Counts, Line, Money, Rates, Transfers
from churn.queries.retention.members import Members, members
from churn.queries.retention.periods import Period

NO_RATES: Final = Rates(None, None, None, None, None, None)


def report(wanted: Sequence[Period], asked: Asked) -> list[Line]:
    """One line a period; where asked by an attribute, one a period and group, by name, those without a value last."""
    if (counted := held.sums(asked, wanted)) is not None:
        return [line_from(period, sums, asked) for period, sums in zip(wanted, counted, strict=True)]
    return [line for found in reconciled(book_for(wanted, asked), wanted) for line in found]


def book_for(wanted: Iterable[Period], asked: Asked, *days: date) -> Book:
    """The book of all that these periods need."""
    bounds = [*days, *(day for period in wanted for day in (period.start, period.end))]
    return book_of(held.curves(asked), bounds, asked)


def lines(book: Book, period: Period) -> list[Line]:
    return tally(book, period, members(book, period))


def reconciled(book: Book, wanted: Sequence[Period]) -> list[list[Line]]:
    """The lines of each period with what changed sides since the one before, where that ends as this begins (R19):
    end before + transfers = start, for every group.
    """
    found: list[list[Line]] = []
    before: Placed | None = None
    for period in wanted:
        here = members(book, period)
        follows = before is not None and before[0].end == period.start
        transfers = between(book, before, (period, here)) if before and follows else {}
        names = [*here.names, *(name for name in transfers if name not in here.names)]
        made = tally(book, period, Members(here.codes, names))
        found.append([replace(line, transfers=transfers.get(line.group, Transfers())) for line in made])
        before = period, here
    return found


Placed = tuple[Period, Members]


def between(book: Book, before: Placed, now: Placed) -> dict[str | None, Transfers]:
    """By group what came into it, less what went out, from the end of one period to the start of the next."""
    level = book.level(now[0].start)
    found: dict[str | None, Transfers] = {}
    for name, sign, customers in moved_sides(level, before[1], now[1]):
        there = found.get(name, Transfers())
        mrr = int(level[customers].sum())
        found[name] = Transfers(there.customers + sign * len(customers), there.mrr + sign * mrr)
    return found


def moved_sides(level: np.ndarray, before: Members, now: Members) -> Iterator[tuple[str | None, int, np.ndarray]]:
    """The group, 1 for in and −1 for out, and the places of customers with MRR who changed sides."""
    old, new = (np.array([None, *found.names], dtype=object)[found.codes + 1] for found in (before, now))
    was, counts = before.codes >= 0, now.codes >= 0
    differs = (level > 0) & ((was != counts) | (was & counts & np.array(old != new, dtype=bool)))
    for found, sign in ((now, 1), (before, -1)):
        for code, name in enumerate(found.names):
            places = np.flatnonzero(differs & (found.codes == code))
            if len(places):
                yield name, sign, places


def line_of(book: Book, period: Period) -> Line:
    """The line of a period over all who count, whatever their group."""
    found = members(book, period)
    return tally(book, period, Members(np.where(found.codes < 0, -1, 0), [None]))[0]


def opening(book: Book, period: Period) -> Line:
    """As ``line_of``, for the rates of the opening cohort only: who entered later may be left out of its flows."""
    found = members(book, period, entrants=False)
    return tally(book, period, Members(np.where(found.codes < 0, -1, 0), [None]))[0]


def lines_of(wanted: Sequence[Period], years: Sequence[Period], asked: Asked) -> tuple[list[Line], list[Line]]:
    """``line_of`` each of the periods and ``opening`` of each of the years, of one book; kept until it is another."""

    def made() -> tuple[list[Line], list[Line]]:
        book = book_for([*wanted, *years], asked)
        return [line_of(book, one) for one in wanted], [opening(book, one) for one in years]

    return held.kept(asked, ("lines", tuple(wanted), tuple(years)), made)


def tally(book: Book, period: Period, found: Members) -> list[Line]:
    """The lines of one period, one for each group of ``found``."""
    sums = totals.of_groups(book, period, found)
    return [line_from(period, own, book.asked, name) for own, name in zip(sums, found.names, strict=True)]


def line_from(period: Period, sums: dict[str, int], asked: Asked, name: str | None = None) -> Line:
    """The line of a period that these sums make."""
    cohort = Cohort(sums["there"], sums["lost"], sums["start"], sums["kept_end"], sums["kept"])
    counts = Counts(sums["there"], sums["new count"], sums["reactivation count"], sums["churn count"], sums["then"])
    mrr = Money(**{field.name: sums[field.name] for field in fields(Money)})
    begun = period.start < asked.until
    return Line(
        period,
        counts,
        mrr,
        cohort,
        Rates.of(cohort, mrr) if begun else NO_RATES,
        provisional=period.end >= asked.until,
        group=name,
    )
