"""What was agreed, and how much of it is used up."""

from django.utils.translation import gettext_lazy as _

from customers.registry import Measure, Scope, Sql, Type, measures
from usage.measures.window import SEEN, window_days


@measures(
    Measure(
        "limit_use_28",
        _("Limit used"),
        Type.SHARE,
        description=_(
            "Events of the last 28 days against those agreed for 28 days, of the product or of the feature that comes"
            " nearest to its limit. Missing without a limit, or where the feed is silent."
        ),
    )
)
def limit_use(at: Scope) -> Sql:
    text = f"""
        WITH seen AS ({at.sql(SEEN, table="f").text}), agreed AS ({at.sql(AGREED, table="e").text}), used AS (
            SELECT a.customer, a.feature, sum(u.events) AS events
            FROM usage_usageday u {{canonical}} JOIN agreed a ON a.customer = {{customer}} AND a.feature = u.feature_id
            WHERE {{visible}} AND {{scope}} AND u.day >= %(recent_from)s GROUP BY 1, 2
        )
        SELECT customer, max(GREATEST(COALESCE(used.events, 0), 0)::float / a.events)
        FROM agreed a LEFT JOIN used USING (customer, feature)
        WHERE a.events > 0 AND customer IN ({at.sql(ALIVE, table="f").text}) GROUP BY 1
    """
    return at.sql(text, table="u", **window_days(at))


# The row known last counts, and says no limit where it says none. Of the product: the feature over all.
AGREED = """
    SELECT DISTINCT ON (customer, feature) customer, feature, events FROM (
        SELECT {customer} AS customer, COALESCE(e.feature_id, %(over_all)s) AS feature, e.events, e.known_on, e.id
        FROM usage_entitlement e {canonical} WHERE {visible} AND {scope}
    ) e ORDER BY customer, feature, known_on DESC, id DESC
"""
ALIVE = "SELECT {customer} FROM seen f {canonical} WHERE f.alive"
