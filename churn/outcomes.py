from datetime import date

from django.utils.translation import gettext_lazy as _

from core.clock import AsOf
from customers.registry import Scope, Sql, outcome
from subscriptions.domain import rulesets
from subscriptions.queries.ledger import IN_FORCE


@outcome(key="recorded_churn", label=_("Recorded as lost"))
def recorded_churn(since: date, until: date, known_on: date) -> Sql:
    """Customers of whom somebody recorded that they left, with the MRR they had before that day."""
    return Scope.of(AsOf.at(until, known_on=known_on)).sql(
        f"""
        SELECT {{customer}}, e.day, COALESCE((
            SELECT sum(m.after - m.before + m.fx) FROM subscriptions_mrrmovement m
            WHERE m.customer_id = e.customer_id AND m.day < e.day AND {IN_FORCE}), 0)
        FROM (SELECT DISTINCT v.customer_id, v.day, v.known_on FROM churn_churnevent v) e {{canonical}}
        WHERE e.day >= %(since)s AND {{visible}}
          AND NOT EXISTS (SELECT FROM churn_churnevent l WHERE l.customer_id = e.customer_id AND l.day <> e.day
                            AND l.known_on > e.known_on AND l.known_on < %(known_on)s)
        """,
        table="e",
        since=since,
        ruleset=rulesets.current().pk,
    )
