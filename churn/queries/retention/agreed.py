"""What customers have agreed to, in parts of versions under the rules: from when to when, what plan, how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from churn.queries.retention.book import Book
from customers.queries.canonical import with_absorbed
from subscriptions.domain import bulk, rulesets
from subscriptions.domain.columns import Columns, firsts, take
from subscriptions.queries.curves import SINCE_1970, owner
from subscriptions.queries.spans import spans

# Of each part of a version the row known last, with MRR; months of its term, or, where it has none, of its interval.
PARTS: Final = """
SELECT {owner}, COALESCE(v.plan_id, 0), (v.mrr * 1000000)::bigint, v.begins, COALESCE(v.ends, 'infinity'),
       COALESCE((extract(year FROM age(w.term_ends_on, t.starts_on)) * 12
                 + extract(month FROM age(w.term_ends_on, t.starts_on)))::int,
                CASE w.interval WHEN 'year' THEN 12 WHEN 'half_year' THEN 6 WHEN 'quarter' THEN 3
                                WHEN 'month' THEN 1 ELSE 0 END)
FROM (
    SELECT DISTINCT ON (v.subscription_id, v.number) v.* FROM ({spans}) v WHERE v.known_on < %(known_on)s
    ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
) v
JOIN subscriptions_subscriptionversion w ON w.id = v.id
LEFT JOIN LATERAL (
    SELECT min(o.starts_on) AS starts_on FROM subscriptions_subscriptionversion o
    WHERE w.term_ends_on IS NOT NULL AND o.subscription_id = w.subscription_id AND o.term_ends_on = w.term_ends_on
      AND o.known_on < %(known_on)s
) t ON true {canonical}
WHERE v.mrr > 0 AND (v.ends IS NULL OR v.ends > v.begins)
"""
TYPES: Final = {"customer": "i8", "plan": "i8", "mrr": "i8", "begins": bulk.DAY, "ends": bulk.DAY, "months": "i4"}


@dataclass(frozen=True)
class Agreed:
    """Parts with MRR, sorted by customer."""

    rows: Columns

    def largest(self, name: str, ids: np.ndarray, days: np.ndarray) -> dict[int, int]:
        """The value that has most MRR (of equal ones the lowest), of each customer as of a day of its own."""
        rows = self._in_force(ids, days)
        rows = take(rows, np.lexsort((rows[name], rows["customer"])))
        begin = np.flatnonzero(firsts(rows["customer"], rows[name]))
        if not len(begin):
            return {}
        customer, value = rows["customer"][begin], rows[name][begin]
        order = np.lexsort((value, -np.add.reduceat(rows["mrr"], begin), customer))
        best = order[firsts(customer[order])]
        return dict(zip(customer[best].tolist(), value[best].tolist(), strict=True))

    def longest(self, ids: np.ndarray, days: np.ndarray) -> dict[int, int]:
        """Months of the longest that is in force, of each customer as of a day of its own."""
        rows = self._in_force(ids, days)
        begin = np.flatnonzero(firsts(rows["customer"]))
        months = np.maximum.reduceat(rows["months"], begin) if len(begin) else begin
        return dict(zip(rows["customer"][begin].tolist(), months.tolist(), strict=True))

    def _in_force(self, ids: np.ndarray, days: np.ndarray) -> Columns:
        rows = self.rows
        place = np.minimum(np.searchsorted(ids, rows["customer"]), max(len(ids) - 1, 0))
        if not len(ids):
            return take(rows, place[:0])
        at = days[place]
        there = (ids[place] == rows["customer"]) & (rows["begins"] < at) & (rows["ends"] >= at)
        return take(rows, np.flatnonzero(there))


def of(book: Book) -> Agreed:
    """Of the book's customers by what it knows, read once for the book."""
    if "agreed" not in book.read:
        book.read["agreed"] = _read(book.asked.known_on, _with_merged(book))
    found: Agreed = book.read["agreed"]
    return found


def _read(known_on: date, customers: Sequence[int] | None) -> Agreed:
    where = "TRUE" if customers is None else "v.customer_id = ANY(%(customers)s)"
    text = PARTS.replace("{spans}", spans(rulesets.rules(rulesets.current()), where=where))
    for name, part in owner(known_on).items():
        text = text.replace(name, part)
    rows = bulk.fetch(text, {"known_on": known_on, "customers": list(customers or [])}, TYPES)
    since = {name: rows[name].astype(np.int64) + SINCE_1970 for name in ("begins", "ends")}
    return Agreed(take({**rows, **since}, np.argsort(rows["customer"], kind="stable")))


def _with_merged(book: Book) -> list[int] | None:
    asked = book.asked
    return None if asked.customers is None else with_absorbed(asked.customers, asked.at(asked.known_on))
