"""Who has ever sent usage, and when they last used anything before the window."""

import numpy as np

from customers.registry import Scope
from customers.registry.fetching import integers
from usage.measures.window import BEFORE, SEEN, window_days

NEVER = np.iinfo(np.int64).min


def feeds(at: Scope) -> tuple[np.ndarray, np.ndarray]:
    """Who has ever sent usage, sorted, as facts name them; and beside them whether a feed of theirs is alive."""
    sql = at.sql(f"SELECT customer_id, alive::int FROM ({SEEN}) f", table="f", **window_days(at))
    customers, alive = integers(sql, 2)
    order = np.argsort(customers)
    return customers[order], alive[order] > 0


def last_before(at: Scope, customers: np.ndarray) -> np.ndarray:
    """The last day of use before the window, counted from 1970, beside these sorted customers; ``NEVER`` for none."""
    found = np.full(len(customers), NEVER)
    if len(customers):
        text = f"""
            SELECT c.id, found.last - date '1970-01-01'
            FROM unnest(%(of)s::bigint[]) c (id), LATERAL ({BEFORE.format(of="c.id")}) found
        """
        whose, last = integers(at.sql(text, table="u", of=customers.tolist(), **window_days(at)), 2)
        found[np.searchsorted(customers, whose)] = last
    return found
