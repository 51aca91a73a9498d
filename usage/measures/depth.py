"""How much of it they use."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from customers.registry import Better, Scope, Sql, Type, measure
from usage.measures.window import SEEN, WINDOW, window_days


@measure(
    key="breadth_28",
    label=_("Features used"),
    type=Type.NUMBER,
    better=Better.MORE,
    description=_("How many different features were used in the last 28 days. Zero for the silent on a live feed."),
)
def breadth(at: Scope) -> Sql:
    return at.sql(
        f"""
        WITH seen AS ({at.sql(SEEN, table="f").text}), used AS (
            SELECT {{customer}} AS customer, u.feature_id FROM usage_usageday u {{canonical}}
            WHERE {{visible}} AND {{scope}} AND u.day >= %(since)s AND u.feature_id <> %(over_all)s
            GROUP BY 1, 2 HAVING sum(u.events) > 0
        ), alive AS (
            SELECT {{customer}} AS customer FROM seen u {{canonical}} WHERE u.alive GROUP BY 1
        )
        SELECT customer, count(feature_id) FROM alive LEFT JOIN used USING (customer) GROUP BY 1
        """,
        table="u",
        since=at.day - timedelta(days=WINDOW),
        **window_days(at),
    )
