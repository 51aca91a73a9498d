from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from churn.queries.retention.asked import Asked
from churn.queries.retention.book import KINDS, Book
from churn.queries.retention.periods import Period
from churn.queries.retention.report import book_for
from subscriptions.domain.ledger_source import to_amount


@dataclass(frozen=True, slots=True)
class Break:
    """A customer and period where start and flows do not come to the end, in MRR or in being a customer (0 or 1)."""

    customer_id: int
    period: Period
    start: Decimal
    flows: Decimal
    end: Decimal
    customers: int


def breaks(wanted: Sequence[Period], asked: Asked | None = None) -> Iterator[Break]:
    """Where the identity does not hold, by period and customer: nowhere, if all is well."""
    book = book_for(wanted, asked or Asked())
    for period in wanted:
        yield from _of(book, period)


def _of(book: Book, period: Period) -> Iterator[Break]:
    start, end, moves = book.level(period.start), book.level(period.end), book.within(period)
    flows, comes = np.zeros_like(start), np.zeros_like(start)
    np.add.at(flows, moves.place, moves.amount + moves.fx)
    entering = np.isin(moves.kind, [KINDS.index("new"), KINDS.index("reactivation")])
    np.add.at(comes, moves.place, entering.astype(np.int64) - (moves.kind == KINDS.index("churn")))
    missing = (start > 0) + comes - (end > 0)
    for place in np.flatnonzero((start + flows != end) | (missing != 0)):
        first, moved, last = (to_amount(column[place]) for column in (start, flows, end))
        yield Break(int(book.ids[place]), period, first, moved, last, int(missing[place]))
