"""What customers are divided by beside their attributes: plan, tenure, length of the contract, and health."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from churn.queries.retention import agreed
from churn.queries.retention.book import Book, day_of
from customers.models import Band
from customers.queries.attribute_history import History, history
from subscriptions.models import Plan

Words = str | Promise
Values = dict[int, str]


@dataclass(frozen=True, slots=True)
class Dimension:
    """``read`` gives the value (a key of ``names``, or a name) of customers, each as of a day of its own (counted
    from 1970); ``names`` are in order.
    """

    key: str
    label: Words
    definition: Words
    read: Callable[[Book, np.ndarray, np.ndarray], Values]
    names: tuple[tuple[str, Words], ...] = ()


BANDS: Final = """
SELECT p.customer_id, s.band FROM unnest(%(customers)s::bigint[], %(days)s::date[]) p(customer_id, day), LATERAL (
    SELECT band FROM health_score s WHERE s.customer_id = p.customer_id AND s.day <= p.day ORDER BY s.day DESC LIMIT 1
) s
"""
SIZES: Final = ((10, "s0"), (50, "s1"), (250, "s2"), (1000, "s3"))
TENURES: Final = ((91, "t0"), (183, "t1"), (365, "t2"), (730, "t3"), (1826, "t4"))
LENGTHS: Final = ((3, "c0"), (6, "c1"), (12, "c2"), (13, "c3"))


def attribute(book: Book, key: str) -> History | None:
    """An attribute of the book's customers with its past, read once for the book."""
    if key not in book.read:
        book.read[key] = history(key, book.asked.known_on, book.asked.customers)
    found: History | None = book.read[key]
    return found


def _plan(book: Book, ids: np.ndarray, days: np.ndarray) -> Values:
    names = dict(Plan.objects.values_list("pk", "name"))
    found = agreed.of(book).largest("plan", ids, days)
    return {customer: names[plan] for customer, plan in found.items() if plan}


def _contract(book: Book, ids: np.ndarray, days: np.ndarray) -> Values:
    found = agreed.of(book).longest(ids, days)
    return {
        customer: next((key for least, key in LENGTHS if months < least), "c4") for customer, months in found.items()
    }


def _band(book: Book, ids: np.ndarray, days: np.ndarray) -> Values:
    with connection.cursor() as cursor:
        params = {"customers": ids.tolist(), "days": [day_of(day) for day in days.tolist()]}
        cursor.execute(BANDS, params)
        return {customer: str(band) for customer, band in cursor.fetchall()}


def _size(book: Book, ids: np.ndarray, days: np.ndarray) -> Values:
    past = attribute(book, "employees")
    found = zip(ids.tolist(), past.on(ids, days).tolist() if past else [], strict=False)
    people = {customer: count for customer, count in found if count}
    return {customer: next((key for most, key in SIZES if n <= most), "s4") for customer, n in people.items() if n > 0}


def _tenure(book: Book, ids: np.ndarray, days: np.ndarray) -> Values:
    """Days since the first movement; the book holds all movements before its last day."""
    places, first = np.unique(book.moves.place, return_index=True)
    begun = dict(zip(book.ids[places].tolist(), book.moves.day[first].tolist(), strict=True))
    return {
        customer: next((key for most, key in TENURES if today - begun[customer] < most), "t5")
        for customer, today in zip(ids.tolist(), days.tolist(), strict=True)
        if customer in begun
    }


DIMENSIONS: Final = {
    one.key: one
    for one in (
        Dimension("plan", _("Plan"), _("the plan that most of a customer’s MRR is on"), _plan),
        Dimension(
            "tenure",
            _("Tenure"),
            _("the time since a customer’s first day with MRR"),
            _tenure,
            (
                ("t0", _("under 3 months")),
                ("t1", _("3 to 6 months")),
                ("t2", _("6 to 12 months")),
                ("t3", _("1 to 2 years")),
                ("t4", _("2 to 5 years")),
                ("t5", _("5 years and more")),
            ),
        ),
        Dimension(
            "contract",
            _("Contract length"),
            _("the longest term of a customer; where there is none, the billing interval"),
            _contract,
            (
                ("c0", _("a month")),
                ("c1", _("a quarter")),
                ("c2", _("half a year")),
                ("c3", _("a year")),
                ("c4", _("longer than a year")),
            ),
        ),
        Dimension(
            "size",
            _("Size"),
            _("how many people work at a customer"),
            _size,
            (
                ("s0", _("up to 10 people")),
                ("s1", _("11 to 50 people")),
                ("s2", _("51 to 250 people")),
                ("s3", _("251 to 1,000 people")),
                ("s4", _("over 1,000 people")),
            ),
        ),
        Dimension(
            "band",
            _("Health"),
            _("the band of a customer’s score"),
            _band,
            tuple((band.value, band.label) for band in Band),
        ),
    )
}


def is_dimension(key: str) -> bool:
    return key in DIMENSIONS


def read(key: str, book: Book, days: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """The values of customers as of their ``days``, beside ``ids``; None where there is none."""
    found = DIMENSIONS[key].read(book, ids, days)
    values = np.full(len(ids), None, dtype=object)
    values[:] = [found.get(customer) for customer in ids.tolist()]
    return values
