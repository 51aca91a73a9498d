"""The sums that lines are made of, over the customers of a book: of many periods in one go."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from churn.queries.retention.book import KINDS, Book, Moves, number
from churn.queries.retention.members import Members
from churn.queries.retention.periods import Period
from subscriptions.domain.columns import counting

Sums = dict[str, int]
CELLS: Final = 2_000_000  # periods × customers looked at in one go


def of_everyone(book: Book, wanted: Sequence[Period]) -> list[Sums]:
    """What each period comes to, over all customers."""
    found: list[Sums] = []
    for part in _portions(wanted, len(book.ids)):
        sums = _sums(book, part, None, 1)
        found += [{key: int(values[row, 0]) for key, values in sums.items()} for row in range(len(part))]
    return found


def of_groups(book: Book, period: Period, found: Members) -> list[Sums]:
    """What a period comes to, over the customers of each group."""
    sums = _sums(book, [period], found.codes, len(found.names))
    return [{key: int(values[0, group]) for key, values in sums.items()} for group in range(len(found.names))]


def _portions(wanted: Sequence[Period], customers: int) -> Iterator[Sequence[Period]]:
    most = max(1, CELLS // max(customers, 1))
    for first in range(0, len(wanted), most):
        yield wanted[first : first + most]


def _sums(book: Book, wanted: Sequence[Period], codes: np.ndarray | None, groups: int) -> dict[str, np.ndarray]:
    """By period and group: what the levels say at both ends, and the movements in between; losses as positive."""
    start, end = (np.stack([book.level(getattr(one, side)) for one in wanted]) for side in ("start", "end"))
    there = start > 0
    levels = {
        "there": there,
        "then": end > 0,
        "lost": there & (end == 0),
        "start": start,
        "end": end,
        "kept_end": np.where(there, end, 0),
        "kept": np.minimum(start, end),
    }
    stayed = None if book.fleeting else there | (end > 0)
    return {
        **{key: _by_group(values, codes, groups) for key, values in levels.items()},
        **_moved(book, wanted, stayed, codes, groups),
    }


def _by_group(values: np.ndarray, codes: np.ndarray | None, groups: int) -> np.ndarray:
    """Sums of each row, exactly."""
    if codes is None:
        return values.sum(axis=1, dtype=np.int64)[:, None]
    counted = np.flatnonzero(codes >= 0)
    sums = np.zeros((len(values), groups), dtype=np.int64)
    for row, own in zip(sums, values, strict=True):
        np.add.at(row, codes[counted], own[counted].astype(np.int64))
    return sums


def _moved(
    book: Book, wanted: Sequence[Period], stayed: np.ndarray | None, codes: np.ndarray | None, groups: int
) -> dict[str, np.ndarray]:
    period, moves = _within(book, wanted)
    group = np.zeros(len(moves.place), dtype=np.int64) if codes is None else codes[moves.place]
    counts = group >= 0
    if stayed is not None:
        counts &= stayed[period, moves.place]
    at = np.flatnonzero(counts)
    cell, moves = (period * groups + group)[at], moves.part(at)
    kinds, shape = moves.kind.astype(np.int64), (len(KINDS), len(wanted), groups)
    amounts, times = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    fx = np.zeros(shape[1:], dtype=np.int64)
    place = kinds * fx.size + cell
    np.add.at(amounts.reshape(-1), place, np.abs(moves.amount))
    np.add.at(times.reshape(-1), place, 1)
    np.add.at(fx.reshape(-1), cell, moves.fx)
    found = {kind: amounts[code] for code, kind in enumerate(KINDS) if code}
    return {**found, **{f"{kind} count": times[code] for code, kind in enumerate(KINDS) if code}, "fx": fx}


def _within(book: Book, wanted: Sequence[Period]) -> tuple[np.ndarray, Moves]:
    """The movements of each period, one period after another, and which period each is of."""
    spans = [one.ends_by(book.asked.until) for one in wanted]
    first, last = (
        np.searchsorted(book.moves.day, [number(getattr(span, side)) for span in spans]) for side in ("start", "end")
    )
    sizes = np.maximum(last - first, 0)
    at = np.repeat(first, sizes) + counting(sizes)
    return np.repeat(np.arange(len(wanted)), sizes), book.moves.part(at)
