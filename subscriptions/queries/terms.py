"""Terms of subscriptions: when the next one ends, and until when notice may be given."""

from typing import Final


def _months(first: str, last: str) -> str:
    """Whole months between two dates, as SQL."""
    age = f"age({last}, {first})"
    return f"(extract(year FROM {age}) * 12 + extract(month FROM {age}))::int"


# Of each version the row that was known last, as far as measures read it.
KNOWN: Final = """
SELECT DISTINCT ON (v.subscription_id, v.number)
       v.customer_id, v.subscription_id, v.starts_on, v.ends_on, v.trial_ends_on, v.quantity, v.mrr,
       v.term_ends_on, v.auto_renews, v.notice_days, v.plan_id
FROM subscriptions_subscriptionversion v WHERE {known} AND {scope}
ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
"""
# Rows (customer_id, renewal_on, notice_on, by_itself) over ``known``: one for each paid version in force at the start
# of ``day`` that has a term of ``months`` or more and whose end is not known. A term begins with the first version that
# has its end. Those of a customer that end on one day renew together, for the longest of their lengths: what was bought
# within a term, to end with it, had a shorter first one only.
NEXT_TERMS: Final = f"""
SELECT n.customer_id, n.renewal_on,
       CASE WHEN n.renewal_on - n.notice_days >= %(day)s THEN n.renewal_on - n.notice_days
            ELSE (n.renewal_on + n.months * interval '1 month')::date - n.notice_days END AS notice_on,
       n.by_itself
FROM (
    SELECT v.customer_id, COALESCE(v.notice_days, 0) AS notice_days, l.months, v.auto_renews IS NOT FALSE AS by_itself,
           CASE WHEN v.term_ends_on >= %(day)s THEN v.term_ends_on
                ELSE (v.term_ends_on + l.months * (1 + l.passed / l.months) * interval '1 month')::date
           END AS renewal_on
    FROM (
        SELECT k.*, min(k.starts_on) OVER (PARTITION BY k.subscription_id, k.term_ends_on) AS term_starts_on,
               min(k.starts_on) FILTER (WHERE k.mrr > 0)
                   OVER (PARTITION BY k.customer_id, k.term_ends_on) AS first_starts_on
        FROM known k
        WHERE (k.customer_id, k.term_ends_on) IN (
            SELECT o.customer_id, o.term_ends_on FROM known o WHERE o.ends_on IS NULL
        )
    ) v, LATERAL (
        SELECT {_months("v.term_starts_on", "v.term_ends_on")} AS own,
               {_months("v.term_ends_on", "%(day)s - 1")} AS passed,
               {_months("LEAST(v.term_starts_on, v.first_starts_on)", "v.term_ends_on")} AS months
    ) l
    WHERE v.mrr > 0 AND v.starts_on < %(day)s AND (v.trial_ends_on IS NULL OR v.trial_ends_on < %(day)s)
      AND v.ends_on IS NULL AND l.own >= %(months)s
      AND (v.term_ends_on >= %(day)s OR v.auto_renews IS NOT FALSE)
) n
"""
