"""What customers are divided by beside their attributes: plan, tenure, length of the contract, and health."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from churn.queries.retention.book import Book, number
from core.clock import AsOf
from customers.models import Band
from customers.queries.attributes import attribute_frame

Words = str | Promise
Values = dict[int, str]


@dataclass(frozen=True, slots=True)
class Dimension:
    """``read`` gives the value (a key of ``names``, or a name) of customers as of a day; ``names`` are in order."""

    key: str
    label: Words
    definition: Words
    read: Callable[[Book, AsOf, np.ndarray], Values]
    names: tuple[tuple[str, Words], ...] = ()


# Of the versions in force at the start of a day, as they were known: the plan with the most MRR.
PLANS: Final = """
SELECT DISTINCT ON (customer_id) customer_id, name FROM (
    SELECT k.customer_id, p.name, sum(k.mrr) AS mrr FROM ({in_force}) k JOIN subscriptions_plan p ON p.id = k.plan_id
    WHERE k.mrr > 0 GROUP BY 1, 2
) t ORDER BY customer_id, mrr DESC, name
"""
# The longest term; of what has none, the billing interval.
CONTRACTS: Final = """
SELECT customer_id, max(COALESCE((extract(year FROM age(term_ends_on, term_starts_on)) * 12
                                  + extract(month FROM age(term_ends_on, term_starts_on)))::int,
                                 CASE interval WHEN 'year' THEN 12 WHEN 'half_year' THEN 6 WHEN 'quarter' THEN 3
                                               WHEN 'month' THEN 1 ELSE 0 END))
FROM ({in_force}) k WHERE mrr > 0 GROUP BY 1
"""
IN_FORCE: Final = """
SELECT * FROM (
    SELECT *, min(starts_on) OVER (PARTITION BY subscription_id, term_ends_on) AS term_starts_on FROM (
        SELECT DISTINCT ON (v.subscription_id, v.number) v.*
        FROM subscriptions_subscriptionversion v
        WHERE v.known_on < %(known_on)s AND (%(everyone)s OR v.customer_id = ANY(%(customers)s))
        ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
    ) latest
) v
WHERE GREATEST(v.starts_on, v.trial_ends_on) < %(day)s AND (v.ends_on IS NULL OR v.ends_on >= %(day)s)
"""
BANDS: Final = """
SELECT DISTINCT ON (customer_id) customer_id, band FROM health_score
WHERE day <= %(day)s AND (%(everyone)s OR customer_id = ANY(%(customers)s)) ORDER BY customer_id, day DESC
"""
FEW: Final = 2000
SIZES: Final = ((10, "s0"), (50, "s1"), (250, "s2"), (1000, "s3"))
TENURES: Final = ((91, "t0"), (183, "t1"), (365, "t2"), (730, "t3"), (1826, "t4"))


def _plan(book: Book, at: AsOf, ids: np.ndarray) -> Values:
    return {customer: str(name) for customer, name in _read(PLANS.format(in_force=IN_FORCE), at, ids)}


def _contract(book: Book, at: AsOf, ids: np.ndarray) -> Values:
    lengths = ((3, "c0"), (6, "c1"), (12, "c2"), (13, "c3"))
    rows = _read(CONTRACTS.format(in_force=IN_FORCE), at, ids)
    return {customer: next((key for least, key in lengths if int(months) < least), "c4") for customer, months in rows}


def _band(book: Book, at: AsOf, ids: np.ndarray) -> Values:
    return {customer: str(band) for customer, band in _read(BANDS, at, ids)}


def _size(book: Book, at: AsOf, ids: np.ndarray) -> Values:
    frame = attribute_frame(at, ["employees"], ids.tolist() if len(ids) < FEW else None)
    known = dict(zip(frame.ids.tolist(), frame["employees"].tolist(), strict=True))
    people = {customer: known[customer] for customer in ids.tolist() if known.get(customer, 0) > 0}
    return {customer: next((key for most, key in SIZES if n <= most), "s4") for customer, n in people.items()}


def _tenure(book: Book, at: AsOf, ids: np.ndarray) -> Values:
    """Days since the first movement; the book holds all movements before its last day."""
    places, first = np.unique(book.moves.place, return_index=True)
    begun = dict(zip(book.ids[places].tolist(), book.moves.day[first].tolist(), strict=True))
    today = number(at.day)
    return {
        customer: next((key for days, key in TENURES if today - begun[customer] < days), "t5")
        for customer in ids.tolist()
        if customer in begun
    }


def _read(sql: str, at: AsOf, ids: np.ndarray) -> list[tuple[int, Any]]:
    few = len(ids) < FEW
    params = {"day": at.day, "known_on": at.known_on, "everyone": not few, "customers": ids.tolist() if few else []}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


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


def read(key: str, book: Book, day: date, ids: np.ndarray) -> np.ndarray:
    """The values of customers at the start of ``day``, beside ``ids``; None where there is none."""
    found = DIMENSIONS[key].read(book, book.asked.at(day), ids)
    values = np.full(len(ids), None, dtype=object)
    values[:] = [found.get(customer) for customer in ids.tolist()]
    return values
