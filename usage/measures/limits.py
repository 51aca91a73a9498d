"""What was agreed, and how much of it is used up."""

import numpy as np
from django.utils.translation import gettext_lazy as _

from customers.registry import Better, Measure, Scope, Sql, Type, combined, measures
from usage.measures.window import SEEN, window_days


@measures(
    Measure(
        "feature_limit_use_28",
        _("Limit of a feature used"),
        Type.SHARE,
        description=_(
            "Events of the last 28 days with the feature that comes nearest to its limit, against those agreed for it."
            " Missing, where no feature has a limit, or the feed is silent."
        ),
    )
)
def feature_limit_use(at: Scope) -> Sql:
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


# The row known last counts, and says no limit where it says none.
AGREED = """
    SELECT DISTINCT ON (customer, feature) customer, feature, events FROM (
        SELECT {customer} AS customer, e.feature_id AS feature, e.events, e.known_on, e.id
        FROM usage_entitlement e {canonical} WHERE {visible} AND {scope} AND e.feature_id IS NOT NULL
    ) e ORDER BY customer, feature, known_on DESC, id DESC
"""
ALIVE = "SELECT {customer} FROM seen f {canonical} WHERE f.alive"


@measures(
    Measure(
        "seats_entered",
        _("Seats entered"),
        Type.NUMBER,
        description=_("The seats that somebody entered for the customer, in place of those of the subscriptions."),
    ),
    Measure(
        "events_entered_28",
        _("Events entered"),
        Type.NUMBER,
        description=_("The events in 28 days that somebody entered for the customer, in place of those of the plans."),
    ),
)
def entered(at: Scope) -> Sql:
    return at.sql(ENTERED, table="e")


ENTERED = """
    SELECT DISTINCT ON (customer) customer, seats, events FROM (
        SELECT {customer} AS customer, e.seats, e.events, e.known_on, e.id FROM usage_entitlement e {canonical}
        WHERE {visible} AND {scope} AND e.feature_id IS NULL
    ) e ORDER BY customer, known_on DESC, id DESC
"""


@combined(
    Measure(
        "seat_use_28",
        _("Seats used"),
        Type.SHARE,
        Better.MORE,
        description=_(
            "Active users of the last 28 days against the seats: those entered for the customer, else those of the"
            " subscriptions. Missing without either."
        ),
    ),
    of=("active_users_28", "seats_entered", "seats"),
)
def seat_use(users: np.ndarray, entered: np.ndarray, subscribed: np.ndarray) -> np.ndarray:
    return share(users, agreed(entered, subscribed))


@combined(
    Measure(
        "limit_use_28",
        _("Limit used"),
        Type.SHARE,
        description=_(
            "Events of the last 28 days against those agreed for 28 days, of the product or of the feature that comes"
            " nearest to its limit. The product's is the one entered for the customer, else that of the plans. Missing"
            " without a limit, or where the feed is silent."
        ),
    ),
    of=("feature_limit_use_28", "events_28", "events_entered_28", "events_in_plan_28"),
)
def limit_use(feature: np.ndarray, events: np.ndarray, entered: np.ndarray, in_plan: np.ndarray) -> np.ndarray:
    return np.fmax(feature, share(events, agreed(entered, in_plan)))


def agreed(entered: np.ndarray, of_plan: np.ndarray) -> np.ndarray:
    """What was entered for the customer, else what their plans hold."""
    return np.where(np.isnan(entered), of_plan, entered)


def share(used: np.ndarray, most: np.ndarray) -> np.ndarray:
    return np.divide(used, most, out=np.full(len(used), np.nan), where=most > 0)
