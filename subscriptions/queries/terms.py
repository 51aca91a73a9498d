"""Terms of subscriptions: when the next one ends, and until when notice may be given."""

from typing import Final

# Of each version the row that was known last, as far as measures read it.
KNOWN: Final = """
SELECT DISTINCT ON (v.subscription_id, v.number)
       v.customer_id, v.subscription_id, v.starts_on, v.ends_on, v.trial_ends_on, v.quantity, v.mrr,
       v.term_ends_on, v.auto_renews, v.notice_days
FROM subscriptions_subscriptionversion v WHERE {known} AND {scope}
ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
"""
# Rows (customer_id, renewal_on, notice_on) over ``known``: one for each paid version in force at the start of ``day``
# that has a term of ``months`` or more and whose end is not known. A term begins with the first version that has its
# end.
NEXT_TERMS: Final = """
SELECT n.customer_id, n.renewal_on,
       CASE WHEN n.renewal_on - n.notice_days >= %(day)s THEN n.renewal_on - n.notice_days
            ELSE (n.renewal_on + n.months * interval '1 month')::date - n.notice_days END AS notice_on
FROM (
    SELECT v.customer_id, COALESCE(v.notice_days, 0) AS notice_days, l.months,
           CASE WHEN v.term_ends_on >= %(day)s THEN v.term_ends_on
                ELSE (v.term_ends_on + l.months * (1 + l.passed / l.months) * interval '1 month')::date
           END AS renewal_on
    FROM (
        SELECT k.*, min(k.starts_on) OVER (PARTITION BY k.subscription_id, k.term_ends_on) AS term_starts_on
        FROM known k WHERE k.term_ends_on IS NOT NULL
    ) v, LATERAL (
        SELECT months(v.term_starts_on, v.term_ends_on) AS months, months(v.term_ends_on, %(day)s - 1) AS passed
    ) l
    WHERE v.mrr > 0 AND v.starts_on < %(day)s AND (v.trial_ends_on IS NULL OR v.trial_ends_on < %(day)s)
      AND v.ends_on IS NULL AND l.months >= %(months)s
      AND (v.term_ends_on >= %(day)s OR v.auto_renews IS NOT FALSE)
) n
""".replace(
    "months(v.term_starts_on, v.term_ends_on)",
    "(extract(year FROM age(v.term_ends_on, v.term_starts_on)) * 12"
    " + extract(month FROM age(v.term_ends_on, v.term_starts_on)))::int",
).replace(
    "months(v.term_ends_on, %(day)s - 1)",
    "(extract(year FROM age(%(day)s - 1, v.term_ends_on)) * 12"
    " + extract(month FROM age(%(day)s - 1, v.term_ends_on)))::int",
)
