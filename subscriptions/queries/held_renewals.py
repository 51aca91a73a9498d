"""The renewals of all customers over some months, as columns; held (see ``held``)."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from core.clock import AsOf
from subscriptions.domain import bulk
from subscriptions.domain.columns import Columns
from subscriptions.queries.currency_numbers import NUMBER
from subscriptions.queries.held import Shelf
from subscriptions.queries.renewals import STATES, TERMS, asked

COLUMNS: Final = f"""
SELECT t.customer_id, t.subscription_id, t.term_ends_on, t.notice_on, (t.mrr * 1000000)::bigint,
       {NUMBER.format("t.currency")},
       CASE WHEN t.auto_renews THEN 1 WHEN t.auto_renews IS NULL THEN -1 ELSE 0 END,
       array_position(ARRAY[{", ".join(f"'{state}'" for state in STATES)}], t.state) - 1
FROM ({TERMS}) t
"""
TYPES: Final = {
    "customer": "i8",
    "subscription": "i8",
    "term": bulk.DAY,
    "notice": bulk.DAY,
    "mrr": "i8",
    "currency": "i4",
    "auto": "i4",
    "state": "i4",
}


def terms(at: AsOf, *, since: date, until: date, customers: Sequence[int] | None = None) -> Columns:
    """The renewals from ``since`` up to ``until`` as columns, by day, customer and subscription; days since 2000, MRR
    in millionths, ``state`` a place in ``STATES``, ``auto`` −1 where it is not known.
    """
    return SHELF.rows(at, (since, until), customers)


def _read(at: AsOf, months: tuple[date, date], customers: Sequence[int] | None) -> Columns:
    return bulk.fetch(COLUMNS, asked(at, *months, customers), TYPES)


SHELF: Final = Shelf(_read, ("term", "customer", "subscription"))
