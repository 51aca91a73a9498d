"""When customers decided: the day of the notice where they gave one, else the day on which they were gone.

A customer who has given notice leaves for certain, so after it there is nothing to foretell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from core.clock import AsOf
from customers.registry import OUTCOMES, Scope, Sql, Type
from customers.registry.fetching import ids_and_floats

AHEAD = timedelta(days=800)  # a notice inside the horizon may end a term long after it
EPOCH_DAY = date(1970, 1, 1)

# A version that ended at most 31 days before counts as the one that the outcome is of: non-renewal shows on the 31st.
DECIDED: Final = """
    WITH happened (customer_id, day, mrr) AS ({outcome}), latest AS (
        SELECT DISTINCT ON (v.subscription_id, v.number) {{customer}} AS customer_id, v.ends_on, v.cancelled_on
        FROM subscriptions_subscriptionversion v {{canonical}} WHERE {{known}} AND {{scope}}
        ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
    )
    SELECT h.customer_id, h.day, max(l.cancelled_on), h.mrr
    FROM happened h LEFT JOIN latest l ON l.customer_id = h.customer_id AND l.cancelled_on <= h.day
        AND l.ends_on >= h.day - 31 AND l.ends_on <= h.day
    WHERE {asked} GROUP BY 1, 2, 4
"""
# Who has nothing left that goes on: every version in force or to come has an end that is known.
UNDER_NOTICE: Final = """
    SELECT v.customer_id FROM (
        SELECT DISTINCT ON (v.subscription_id, v.number) {customer} AS customer_id, v.ends_on, v.trial_ends_on
        FROM subscriptions_subscriptionversion v {canonical} WHERE {known} AND {scope}
        ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
    ) v WHERE v.ends_on IS NULL OR v.ends_on >= %(day)s GROUP BY 1 HAVING bool_and(v.ends_on IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Losses, sorted by customer and the day they were decided on; days count from 1970, ``mrr`` is what was lost."""

    customer: np.ndarray
    decided: np.ndarray
    gone: np.ndarray
    mrr: np.ndarray

    def next(self, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
        """For each pair the place of the customer's first decision on that day or after it; −1 without one."""
        place = np.searchsorted(_keys(self.customer, self.decided), _keys(customer, day))
        inside = np.minimum(place, max(len(self.customer) - 1, 0))
        if not len(self.customer):
            return np.full(len(customer), -1)
        return np.where((place < len(self.customer)) & (self.customer[inside] == customer), place, -1)


def decisions(outcome: str, *, since: date, today: date, customers: Sequence[int] | None = None) -> Decisions:
    """All losses by one outcome of the registry that were decided on ``since`` or later, by what is known today;
    of these customers only, where some are given."""
    known_on = today + timedelta(days=1)
    happened = OUTCOMES[outcome].read(since, today + AHEAD, known_on)
    asked = "TRUE" if customers is None else "h.customer_id = ANY(%(customers)s)"
    template = DECIDED.format(outcome=_escaped(happened.text), asked=asked)
    sql = Scope.of(AsOf.at(today, known_on=known_on), customers).sql(template, table="v")
    sql = Sql(sql.text, {**sql.params, **happened.params, "customers": sql.params["customers"]})
    customer, (gone, notice, mrr) = ids_and_floats(sql, [Type.DATE, Type.DATE, Type.MONEY])
    decided = np.where(np.isnan(notice), gone, np.fmin(notice, gone)).astype(np.int64)
    order = np.argsort(_keys(customer, decided), kind="stable")
    return Decisions(customer[order], decided[order], gone.astype(np.int64)[order], mrr[order])


def under_notice(at: AsOf, customers: tuple[int, ...] | None = None) -> np.ndarray:
    """The ids of the customers who were known to leave as of then."""
    ids, _none = ids_and_floats(Scope.of(at, customers).sql(UNDER_NOTICE, table="v"), [])
    return ids


def _keys(customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    return customer.astype(np.int64) * 2**20 + day.astype(np.int64)


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
