"""Renewals: each paid term that ends, and what became of it (R6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from core.clock import AsOf
from subscriptions.domain import rulesets, stage

UPCOMING, IN_NOTICE, RENEWED, LATE, LOST = "upcoming", "in_notice", "renewed", "late", "lost"
STATES: Final = (UPCOMING, IN_NOTICE, RENEWED, LATE, LOST)


def _terms_to(day: str) -> str:
    """How many whole terms lie between the month in which ``t``'s ends and that of a day, as SQL."""
    months = (
        f"extract(year FROM {one}) * 12 + extract(month FROM {one})" for one in (f"%({day})s::date", "t.term_ends_on")
    )
    return f"(({') - ('.join(months)}))::int / NULLIF(t.length, 0)"


# Of each term of ``months`` or more that ends between two days, its last version as known, and whether the
# subscription pays on after it. Renewed: paid on at its end, or within so many days. Late: not yet, but there is time.
# Lost: the time is over, or its end is known to be final.
TERMS: Final = f"""
WITH known AS (
    SELECT DISTINCT ON (v.subscription_id, v.number)
           v.id, v.customer_id, v.subscription_id, v.starts_on, v.ends_on, v.cancelled_on, v.term_ends_on,
           v.auto_renews, v.notice_days, v.mrr, v.currency
    FROM subscriptions_subscriptionversion v
    WHERE v.known_on < %(known_on)s AND (%(everyone)s OR v.customer_id = ANY(%(customers)s) AND v.subscription_id IN (
        SELECT t.subscription_id FROM subscriptions_subscriptionversion t
        WHERE t.term_ends_on < %(until)s AND t.customer_id = ANY(%(customers)s)))
    ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
), term AS (
    SELECT DISTINCT ON (k.subscription_id, k.term_ends_on) k.*,
           min(k.starts_on) OVER (PARTITION BY k.subscription_id, k.term_ends_on) AS term_starts_on,
           min(k.starts_on) OVER (PARTITION BY k.customer_id, k.term_ends_on) AS first_starts_on
    FROM known k WHERE k.mrr > 0 AND (k.ends_on IS NULL OR k.ends_on > k.starts_on)
      AND (k.customer_id, k.term_ends_on) IN (
          -- What ends in these days, or goes on by itself up to them.
          SELECT o.customer_id, o.term_ends_on FROM known o
          WHERE o.term_ends_on >= %(since)s
             OR o.auto_renews IS NOT FALSE AND o.ends_on IS NULL AND o.cancelled_on IS NULL)
    ORDER BY k.subscription_id, k.term_ends_on, k.starts_on DESC
), lasting AS (
    -- What ends on one day renews together, for the longest of its lengths.
    SELECT t.*, (extract(year FROM age(t.term_ends_on, t.first_starts_on)) * 12
                 + extract(month FROM age(t.term_ends_on, t.first_starts_on)))::int AS length
    FROM term t WHERE (t.ends_on IS NULL OR t.ends_on >= t.term_ends_on)
      AND t.term_ends_on >= t.term_starts_on + %(months)s * interval '1 month'
), due AS MATERIALIZED (
    SELECT t.*, t.term_ends_on AS due_on FROM lasting t
    WHERE t.term_ends_on >= %(since)s AND t.term_ends_on < %(until)s
    UNION ALL
    -- A term that goes on by itself, with nothing agreed after it, ends again one term later.
    SELECT t.*, again.due_on FROM lasting t, LATERAL (
        SELECT (t.term_ends_on + n * t.length * interval '1 month')::date AS due_on
        FROM generate_series(GREATEST({_terms_to("since")}, 1), LEAST({_terms_to("until")}, 60)) n
    ) again
    WHERE t.auto_renews IS NOT FALSE AND t.ends_on IS NULL AND t.cancelled_on IS NULL AND t.length > 0
      AND again.due_on >= %(since)s AND again.due_on < %(until)s
      AND NOT EXISTS (SELECT FROM known k WHERE k.subscription_id = t.subscription_id AND k.id <> t.id
                      AND k.starts_on >= t.term_ends_on AND (k.ends_on IS NULL OR k.ends_on > k.starts_on))
), paid AS (
    -- For all at once: looked up for one after the other, each would search all that is known.
    SELECT DISTINCT d.id, d.due_on, true AS pays_on FROM due d JOIN known k USING (subscription_id)
    WHERE k.mrr > 0 AND k.id <> d.id AND k.starts_on >= d.due_on AND k.starts_on <= d.due_on + %(within)s
      AND k.starts_on < GREATEST(%(day)s, d.due_on + 1) AND (k.ends_on IS NULL OR k.ends_on > d.due_on)
)
SELECT t.customer_id, t.subscription_id, t.due_on AS term_ends_on, t.due_on - COALESCE(t.notice_days, 0) AS notice_on,
       t.mrr, t.currency, t.auto_renews, CASE
           WHEN COALESCE(p.pays_on, t.ends_on IS NULL AND t.auto_renews IS NOT FALSE)
                AND t.due_on < %(day)s THEN 'renewed'
           WHEN t.due_on >= %(day)s AND (t.cancelled_on IS NOT NULL OR t.ends_on = t.due_on
                AND p.pays_on IS NOT TRUE) THEN 'lost'
           WHEN t.due_on >= %(day)s
                THEN CASE WHEN t.due_on - COALESCE(t.notice_days, 0) < %(day)s THEN 'in_notice' ELSE 'upcoming' END
           WHEN t.cancelled_on IS NULL AND t.due_on + %(within)s >= %(day)s THEN 'late'
           ELSE 'lost' END AS state
FROM due t LEFT JOIN paid p USING (id, due_on)
ORDER BY t.due_on, t.customer_id, t.subscription_id
"""


@dataclass(frozen=True, slots=True)
class Renewal:
    """A term and its state as of a day: upcoming, in_notice (the last day to give notice is over), renewed, late or
    lost. ``mrr`` a month, in ``currency``. ``auto_renews`` None is not known, and taken for yes.
    """

    customer_id: int
    subscription_id: int
    term_ends_on: date
    notice_on: date
    mrr: Decimal
    currency: str
    auto_renews: bool | None
    state: str


def renewals(at: AsOf, *, since: date, until: date, customers: Sequence[int] | None = None) -> list[Renewal]:
    """The terms that end from ``since`` up to, not including, ``until``, by their day; of these customers (all, where
    None).
    """
    return [Renewal(*row) for row in stage.fetch(TERMS, asked(at, since, until, customers))]


def asked(at: AsOf, since: date, until: date, customers: Sequence[int] | None) -> dict[str, Any]:
    """The parameters of ``TERMS``."""
    rules = rulesets.rules(rulesets.current())
    return {
        "day": at.day,
        "known_on": at.known_on,
        "everyone": customers is None,
        "customers": list(customers or []),
        "since": since,
        "until": until,
        "months": rules["renewal_term_months"],
        "within": rules["renewal_paid_within_days"],
    }
