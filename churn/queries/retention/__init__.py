"""Retention of customers and MRR over periods: the report, its identity, and the rows behind each of its figures.

Start and end of a period are summed from the versions, flows from the movements: two ways, so that the identity
start + new + reactivation + expansion − contraction − churn + FX = end can fail, and is checked.
"""

from churn.queries.retention.asked import Asked, tomorrow
from churn.queries.retention.book import Book, book_of
from churn.queries.retention.identity import Break, breaks
from churn.queries.retention.lines import Counts, Line, Money, Rates
from churn.queries.retention.periods import Period, periods, shift, trailing
from churn.queries.retention.report import book_for, line_of, lines, lines_of, opening, report

__all__ = [
    "Asked",
    "Book",
    "Break",
    "Counts",
    "Line",
    "Money",
    "Period",
    "Rates",
    "book_for",
    "book_of",
    "breaks",
    "line_of",
    "lines",
    "lines_of",
    "opening",
    "periods",
    "report",
    "shift",
    "tomorrow",
    "trailing",
]
