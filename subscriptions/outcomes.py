"""What became of customers, in MRR: losses and renewals that did not happen."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from core.clock import AsOf
from customers.registry import Scope, Sql, outcome
from subscriptions.domain import rulesets
from subscriptions.queries.ledger import IN_FORCE

LOST = f"""
SELECT {{customer}}, m.day, sum(m.before - m.after)
FROM subscriptions_mrrmovement m {{canonical}}
WHERE m.day >= %(since)s AND m.day < %(day)s AND {IN_FORCE} AND m.kind = ANY(%(kinds)s) AND NOT (m.kept AND %(left)s)
GROUP BY 1, 2
"""


@outcome(key="mrr_churn", label=_("Lost MRR"))
def mrr_churn(since: date, until: date, known_on: date) -> Sql:
    return _lost(since, until, known_on, "churn", "contraction")


@outcome(key="customer_churn", label=_("Left"))
def customer_churn(since: date, until: date, known_on: date) -> Sql:
    """Who goes on with what is free or paused is still a customer, unless the company's setting says otherwise."""
    return _lost(since, until, known_on, "churn", left=True)


# Paid terms that ran to their end, known by then: a term begins with the first version that has its end.
ENDED = """
SELECT k.customer_id, k.term_ends_on, k.term_ends_on + (%(within)s + 1) AS day
FROM (
    SELECT v.*, min(v.starts_on) OVER (PARTITION BY v.subscription_id, v.term_ends_on) AS term_starts_on
    FROM (
        SELECT DISTINCT ON (v.subscription_id, v.number) v.*
        FROM subscriptions_subscriptionversion v WHERE v.known_on < %(known_on)s
        ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
    ) v WHERE v.term_ends_on IS NOT NULL
) k
WHERE k.mrr > 0 AND k.starts_on < k.term_ends_on AND (k.ends_on IS NULL OR k.ends_on >= k.term_ends_on)
  AND k.term_ends_on >= k.term_starts_on + %(months)s * interval '1 month'
  AND k.term_ends_on + (%(within)s + 1) >= %(since)s AND k.term_ends_on + (%(within)s + 1) < %(day)s
GROUP BY 1, 2
"""


@outcome(key="non_renewal", label=_("Did not renew"))
def non_renewal(since: date, until: date, known_on: date) -> Sql:
    """A paid term that ran to its end and after which the customer did not pay within 30 days: on the 31st."""
    ruleset = rulesets.current()
    return Scope.of(AsOf.at(until, known_on=known_on)).sql(
        f"""
        SELECT {{customer}}, e.day, sum(m.after - m.before + m.fx) FILTER (WHERE m.day < e.term_ends_on)
        FROM ({ENDED}) e {{canonical}}
        JOIN subscriptions_mrrmovement m ON m.customer_id = e.customer_id AND m.day < e.day AND {IN_FORCE}
        GROUP BY 1, 2, e.term_ends_on
        HAVING sum(m.after - m.before + m.fx) FILTER (WHERE m.day < e.term_ends_on) > 0
           AND sum(m.after - m.before + m.fx) FILTER (WHERE m.day <= e.term_ends_on) = 0
           AND bool_or(m.day > e.term_ends_on AND m.after > 0) IS NOT TRUE
        """,
        table="e",
        since=since,
        ruleset=ruleset.pk,
        months=ruleset.settings["renewal_term_months"],
        within=ruleset.settings["renewal_paid_within_days"],
    )


def _lost(since: date, until: date, known_on: date, *kinds: str, left: bool = False) -> Sql:
    at, ruleset = Scope.of(AsOf.at(until, known_on=known_on)), rulesets.current().pk
    return at.sql(LOST, table="m", since=since, kinds=list(kinds), left=left, ruleset=ruleset)
