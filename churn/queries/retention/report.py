from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Final

import numpy as np

from churn.queries.retention import held
from churn.queries.retention.asked import Asked
from churn.queries.retention.book import KINDS, Book, book_of
from churn.queries.retention.lines import Cohort, Counts, Line, Money, Rates, Transfers
from churn.queries.retention.members import Members, members
from churn.queries.retention.periods import Period
from subscriptions.queries.curves import Curves

NO_RATES: Final = Rates(None, None, None, None, None, None)


def report(wanted: Sequence[Period], asked: Asked) -> list[Line]:
    """One line a period; where asked by an attribute, one a period and group, by name, those without a value last."""
    if (counted := held.sums(asked, wanted, count)) is not None:
        return [line_from(period, sums, asked) for period, sums in zip(wanted, counted, strict=True)]
    return [line for found in reconciled(book_for(wanted, asked), wanted) for line in found]


def book_for(wanted: Iterable[Period], asked: Asked, *days: date) -> Book:
    """The book of all that these periods need."""
    bounds = [*days, *(day for period in wanted for day in (period.start, period.end))]
    return book_of(held.curves(asked), bounds, asked)


def count(curves: Curves, wanted: Sequence[Period]) -> list[dict[str, int]]:
    """What lines over all customers are made of, known today: sums over customers."""
    asked = Asked()
    book = book_of(curves, [day for period in wanted for day in (period.start, period.end)], asked)
    everyone = Members(np.zeros(len(book.ids), dtype=np.int64), [None])
    return [{key: int(value[0]) for key, value in _sums(book, period, everyone).items()} for period in wanted]


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


def tally(book: Book, period: Period, found: Members) -> list[Line]:
    """The lines of one period, one for each group of ``found``."""
    sums = _sums(book, period, found)
    return [
        line_from(period, {key: int(values[group]) for key, values in sums.items()}, book.asked, name)
        for group, name in enumerate(found.names)
    ]


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


def _sums(book: Book, period: Period, found: Members) -> dict[str, np.ndarray]:
    """By group: what the levels say at both ends, and the movements in between; losses as positive amounts."""
    start, end, moves = book.level(period.start), book.level(period.end), book.within(period)
    there, groups, count = start > 0, found.codes[moves.place], len(found.names)
    levels = {
        "there": there,
        "then": end > 0,
        "lost": there & (end == 0),
        "start": start,
        "end": end,
        "kept_end": np.where(there, end, 0),
        "kept": np.minimum(start, end),
    }
    sums = {key: _total(found.codes, values, count) for key, values in levels.items()}
    for kind in KINDS[1:]:
        its = moves.kind == KINDS.index(kind)
        sums[kind] = _total(groups, np.where(its, np.abs(moves.amount), 0), count)
        sums[f"{kind} count"] = _total(groups, its, count)
    return sums | {"fx": _total(groups, moves.fx, count)}


def _total(codes: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Sums by group, exactly."""
    sums = np.zeros(count, dtype=np.int64)
    counted = codes >= 0
    np.add.at(sums, codes[counted], values[counted].astype(np.int64))
    return sums
