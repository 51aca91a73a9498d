"""One figure of a report, opened: the customers and movements whose sum it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from churn.queries.retention.asked import Asked
from churn.queries.retention.book import EPOCH, KINDS, Book
from churn.queries.retention.lines import share
from churn.queries.retention.members import members
from churn.queries.retention.periods import Period
from churn.queries.retention.report import book_for, moved_sides


@dataclass(frozen=True, slots=True)
class Row:
    """A customer, or one of their movements. Amounts in millionths; ``counted`` is what goes into the figure."""

    customer_id: int
    start: int
    end: int
    counted: int
    day: date | None = None
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """``value`` is made of the rows alone: their number, the sum of what is counted, or a ratio of two such sums.

    ``parts`` are those two sums, where it is a ratio: customers lost and customers there, or amounts.
    """

    key: str
    value: float | int | None
    rows: list[Row]
    parts: tuple[int, int] | None = None


def opened(key: str, period: Period, asked: Asked, *, group: str | None = None, before: Period | None = None) -> Opened:
    """The rows of the figure ``key`` of one period (of one group, where asked by an attribute), the largest first.

    ``before``: of transfers, the period they lead from. Raises KeyError for an unknown figure.
    """
    if key in TRANSFERRED and before:
        return _transferred(key, before, period, asked, group)
    make = FIGURES[key]
    book = book_for([period], asked)
    found = members(book, period, entrants=key not in OF_THE_START)
    if asked.by:
        counts = np.isin(found.codes, [code for code, name in enumerate(found.names) if name == group])
    else:
        counts = found.codes >= 0
    return make(key, Slice(book, period, counts))


@dataclass(frozen=True, slots=True)
class Slice:
    """One period of a book and who counts in it: a mask beside its customers."""

    book: Book
    period: Period
    counts: np.ndarray

    def customers(self, which: Callable[[np.ndarray, np.ndarray], np.ndarray], counted: str) -> list[Row]:
        """Those of whom ``which`` (of MRR at the start and at the end) is true; ``counted`` names what is summed."""
        start, end = self.book.level(self.period.start), self.book.level(self.period.end)
        sums = {"start": start, "end": end, "kept": np.minimum(start, end)}[counted]
        places = np.flatnonzero(self.counts & which(start, end))
        ordered = places[np.argsort(-np.maximum(start, end)[places], kind="stable")]
        columns = (column[ordered].tolist() for column in (self.book.ids, start, end, sums))
        return [Row(*row) for row in zip(*columns, strict=True)]

    def moves(self, *kinds: str) -> list[Row]:
        """Movements of these kinds, with their sign; of ``fx``, what was restated."""
        moves = self.book.within(self.period)
        amounts = moves.fx if kinds == ("fx",) else moves.amount
        its = moves.fx != 0 if kinds == ("fx",) else np.isin(moves.kind, [KINDS.index(kind) for kind in kinds])
        at = np.flatnonzero(its & self.counts[moves.place])
        at = at[np.argsort(-np.abs(amounts[at]), kind="stable")]
        columns = (self.book.ids[moves.place], amounts, moves.day, moves.kind)
        rows = zip(*(column[at].tolist() for column in columns), strict=True)
        return [Row(who, 0, 0, amount, day(on), name(kinds, kind)) for who, amount, on, kind in rows]


def _transferred(key: str, before: Period, period: Period, asked: Asked, group: str | None) -> Opened:
    book = book_for([before, period], asked)
    level = book.level(period.start)
    rows = []
    for name, sign, places in moved_sides(level, members(book, before), members(book, period)):
        if name == group or not asked.by:
            kind = "in" if sign > 0 else "out"
            rows += [Row(int(book.ids[place]), 0, 0, sign * int(level[place]), kind=kind) for place in places]
    rows.sort(key=lambda row: (-abs(row.counted), row.customer_id))
    if key == "transfers.customers":
        return Opened(key, sum(1 if row.counted > 0 else -1 for row in rows), rows)
    return Opened(key, _sum(rows), rows)


def day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def name(kinds: tuple[str, ...], kind: int) -> str:
    return "fx" if kinds == ("fx",) else KINDS[kind]


def at_start(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    return start > 0


def at_end(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    return end > 0


def _level(key: str, part: Slice) -> Opened:
    side = key.partition(".")[2]
    rows = part.customers(at_start if side == "start" else at_end, side)
    return Opened(key, _sum(rows) if key.startswith("mrr") else len(rows), rows)


def _flow(key: str, part: Slice) -> Opened:
    rows = part.moves(key.partition(".")[2])
    total = _sum(rows)
    return Opened(key, total if key == "mrr.fx" else abs(total), rows)


def _came(key: str, part: Slice) -> Opened:
    kinds = {"new": "new", "reactivated": "reactivation", "churned": "churn"}
    rows = part.moves(kinds[key.partition(".")[2]])
    return Opened(key, len(rows), rows)


def _net_new(key: str, part: Slice) -> Opened:
    rows = part.moves(*KINDS[1:])
    return Opened(key, _sum(rows), rows)


def _quick(key: str, part: Slice) -> Opened:
    rows = part.moves(*KINDS[1:])
    gained = sum(row.counted for row in rows if row.counted > 0)
    lost = -sum(row.counted for row in rows if row.counted < 0)
    return Opened(key, share(gained, lost), rows, (gained, lost))


def _kept(key: str, part: Slice) -> Opened:
    gross, churn = key in ("rates.grr", "rates.gross_mrr_churn"), key.endswith("churn")
    rows = part.customers(at_start, "kept" if gross else "end")
    start, kept = sum(row.start for row in rows), _sum(rows)
    top = start - kept if churn else kept
    return Opened(key, share(top, start), rows, (top, start))


def _lost(key: str, part: Slice) -> Opened:
    rows = part.customers(lambda start, end: (start > 0) & (end == 0), "start")
    there = len(part.customers(at_start, "start"))
    return Opened(key, share(len(rows), there), rows, (len(rows), there))


def _arpa(key: str, part: Slice) -> Opened:
    rows = part.customers(at_end, "end")
    return Opened(key, share(_sum(rows), len(rows)), rows, (_sum(rows), len(rows)))


def _sum(rows: list[Row]) -> int:
    return sum(row.counted for row in rows)


TRANSFERRED: Final = ("transfers.customers", "transfers.mrr")
OF_THE_START: Final = {
    "customers.start",
    "mrr.start",
    *(f"rates.{rate}" for rate in ("customer_churn", "grr", "nrr", "gross_mrr_churn", "net_mrr_churn")),
}
FIGURES: Final[dict[str, Callable[[str, Slice], Opened]]] = {
    **dict.fromkeys(("customers.start", "customers.end", "mrr.start", "mrr.end"), _level),
    **dict.fromkeys([f"mrr.{kind}" for kind in (*KINDS[1:], "fx")], _flow),
    **dict.fromkeys(("customers.new", "customers.reactivated", "customers.churned"), _came),
    **dict.fromkeys(("rates.grr", "rates.nrr", "rates.gross_mrr_churn", "rates.net_mrr_churn"), _kept),
    "rates.customer_churn": _lost,
    "rates.quick_ratio": _quick,
    "net_new": _net_new,
    "arpa": _arpa,
}
