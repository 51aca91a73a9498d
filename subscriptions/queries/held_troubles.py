"""What does not fit together in the versions of subscriptions, as columns; held (see ``held``)."""

from collections.abc import Sequence
from typing import Any, Final

from core.clock import AsOf
from subscriptions.domain import bulk, rulesets
from subscriptions.domain.columns import Columns
from subscriptions.queries.currency_numbers import NUMBER
from subscriptions.queries.held import Shelf
from subscriptions.queries.spans import SILENT

ABROAD, OVERLAP, QUIET, DISCOUNT = range(4)

# Customers with MRR in another currency; versions that overlap one before; terms that ended without a word; discounts
# that end soon. One look at all versions for the four.
COLUMNS: Final = f"""
WITH known AS MATERIALIZED (
    SELECT DISTINCT ON (v.subscription_id, v.number)
           v.customer_id, v.subscription_id, v.number, v.plan_id, v.amount, v.mrr, v.discount, v.currency, v.starts_on,
           v.ends_on, v.cancelled_on, v.term_ends_on, v.auto_renews, v.discount_ends_on
    FROM subscriptions_subscriptionversion v
    WHERE v.known_on < %(known_on)s AND (%(everyone)s OR v.customer_id = ANY(%(customers)s))
    ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
)
SELECT t.customer_id, t.kind::smallint, t.day, COALESCE(t.plan_id, 0), (t.amount * 1000000)::bigint,
       {NUMBER.format("t.currency")}
FROM (
    SELECT DISTINCT customer_id, {ABROAD} AS kind, %(day)s::date AS day, 0::bigint AS plan_id, 0::numeric AS amount,
           currency
    FROM known WHERE currency <> %(reporting)s AND mrr > 0 AND (ends_on IS NULL OR ends_on >= %(day)s)
    UNION ALL
    SELECT customer_id, {OVERLAP}, starts_on, plan_id, amount, currency FROM (
        SELECT k.*, max(COALESCE(k.ends_on, 'infinity')) OVER (
                   PARTITION BY k.subscription_id ORDER BY k.starts_on, k.number
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
        FROM known k WHERE k.ends_on IS NULL OR k.ends_on > k.starts_on
    ) o WHERE busy_until > starts_on
    UNION ALL
    SELECT v.customer_id, {QUIET}, v.term_ends_on, v.plan_id, v.mrr, v.currency FROM known v
    WHERE {SILENT} AND v.mrr > 0 AND v.term_ends_on < %(day)s AND v.term_ends_on >= %(day)s - 180
    UNION ALL
    SELECT v.customer_id, {DISCOUNT}, v.discount_ends_on, v.plan_id, v.discount, v.currency FROM known v
    WHERE v.discount_ends_on >= %(day)s AND v.discount_ends_on < %(day)s + 30
      AND (v.ends_on IS NULL OR v.ends_on > v.discount_ends_on)
) t
"""
TYPES: Final = {"customer": "i8", "kind": "i2", "day": bulk.DAY, "plan": "i8", "amount": "i8", "currency": "i4"}


def _read(at: AsOf, _what: Any, customers: Sequence[int] | None) -> Columns:
    params = {
        "day": at.day,
        "known_on": at.known_on,
        "reporting": rulesets.rules(rulesets.current())["reporting_currency"],
        "everyone": customers is None,
        "customers": list(customers or []),
    }
    return bulk.fetch(COLUMNS, params, TYPES)


SHELF: Final = Shelf(_read, ("kind", "customer", "day"))
