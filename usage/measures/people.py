"""Who uses it: of how many seats, who stopped, and whether those who decide are among them."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from customers.models import ContactRole
from customers.registry import Better, Measure, Scope, Sql, Type, measures, statement
from usage.domain import features
from usage.measures.window import FEATURE_DAYS, SEEN, WINDOW, WITH_PERSONS, mask, window_days
from usage.models import Feature

WEEK = 7
SEATS = "seats"


@measures(
    Measure(
        "active_users_7",
        _("Active users in 7 days"),
        Type.NUMBER,
        Better.MORE,
        description=_("Persons who used the product in the last 7 days. Unknown, where usage comes without persons."),
    ),
    Measure(
        "active_users_change_7",
        _("Change of active users in a week"),
        Type.SHARE,
        Better.MORE,
        description=_("Active users of the last 7 days against the 7 days before; nobody then: undefined."),
    ),
    Measure(
        "user_lapse_7",
        _("Weekly lapse"),
        Type.SHARE,
        Better.LESS,
        description=_("Of the persons active in the 7 days before, the share who were not in the last 7."),
    ),
    Measure(
        "user_lapse_28",
        _("Monthly lapse"),
        Type.SHARE,
        Better.LESS,
        description=_("Of the persons active in the 28 days before, the share who were not in the last 28."),
    ),
)
def lapse(at: Scope) -> Sql:
    text = f"""
        WITH seen AS ({at.sql(SEEN, table="f").text}), person AS (
            SELECT {{customer}} AS customer, p.person,
                   {_any(at, WEEK)} AS week, {_any(at, 2 * WEEK, WEEK)} AS week_before,
                   {_any(at, WINDOW)} AS month, {_any(at, 2 * WINDOW, WINDOW)} AS month_before
            FROM usage_usageperson p {{canonical}}
            WHERE {{known}} AND {{scope}} AND p.month >= %(first_month)s AND p.month < %(day)s GROUP BY 1, 2
        ), counted AS (
            SELECT customer, count(*) FILTER (WHERE week) AS week, count(*) FILTER (WHERE week_before) AS week_before,
                   count(*) FILTER (WHERE week_before AND NOT week) AS week_gone,
                   count(*) FILTER (WHERE month_before) AS month_before,
                   count(*) FILTER (WHERE month_before AND NOT month) AS month_gone
            FROM person GROUP BY 1
        ), alive AS ({at.sql(WITH_PERSONS, table="f").text})
        SELECT customer, COALESCE(week, 0), COALESCE(week, 0)::float / NULLIF(week_before, 0) - 1,
               week_gone::float / NULLIF(week_before, 0), month_gone::float / NULLIF(month_before, 0)
        FROM alive LEFT JOIN counted USING (customer)
    """
    first = at.day - timedelta(days=2 * WINDOW)
    return at.sql(text, table="p", first_month=first.replace(day=1), **window_days(at))


def _any(at: Scope, since: int, until: int = 0) -> str:
    bits = mask(at.day - timedelta(days=since), at.day - timedelta(days=until))
    return f"bit_or({bits}) <> 0"


@measures(
    Measure(
        "seat_use_28",
        _("Seats used"),
        Type.SHARE,
        Better.MORE,
        description=_(
            "Active users of the last 28 days against the seats: those entered for the customer, else those of the"
            " subscriptions. Missing without either."
        ),
    )
)
def seat_use(at: Scope) -> Sql:
    users, entered = statement("active_users_28", at), at.sql(ENTERED, table="e")
    # Who knows the seats of subscriptions is no business of ours: they are asked for by key.
    subscribed = statement(SEATS, at) or Sql("SELECT NULL::bigint, NULL::float WHERE FALSE", {})
    assert users is not None
    text = f"""
        WITH users (customer, users) AS ({users.text}), entered AS ({entered.text}),
        subscribed (customer, seats) AS ({subscribed.text})
        SELECT customer, users::float / COALESCE(entered.seats, subscribed.seats)
        FROM users LEFT JOIN entered USING (customer) LEFT JOIN subscribed USING (customer)
        WHERE COALESCE(entered.seats, subscribed.seats) > 0
    """
    return Sql(text, {**users.params, **entered.params, **subscribed.params})


ENTERED = """
    SELECT customer, (array_agg(seats ORDER BY known_on DESC, id DESC))[1] AS seats FROM (
        SELECT {customer} AS customer, e.seats, e.known_on, e.id FROM usage_entitlement e {canonical}
        WHERE {visible} AND {scope} AND e.feature_id IS NULL
    ) e GROUP BY 1
"""


@measures(
    Measure(
        "decision_maker_sticky_28",
        _("Sticky use by who decides"),
        Type.NUMBER,
        Better.MORE,
        description=_(
            "Decision makers who used a sticky feature in the last 28 days. Missing, where no decision maker is known,"
            " or no contact of the customer was ever told among the users."
        ),
    )
)
def sticky_use_by_who_decides(at: Scope) -> Sql:
    sticky = [one for one, kind in features.kinds(at.at).items() if kind == Feature.Kind.STICKY]
    first = at.day - timedelta(days=WINDOW)
    return at.sql(
        f"""
        WITH seen AS ({at.sql(SEEN, table="f").text}), role AS (
            SELECT DISTINCT ON (k.contact_id) k.contact_id, {{customer}} AS customer, k.role, k."left" AS gone
            FROM customers_contactchange k {{canonical}} WHERE {{visible}} AND {{scope}}
            ORDER BY k.contact_id, k.known_on DESC, k.id DESC
        ), decides AS (
            SELECT r.customer, r.contact_id, array_agg(c.person) AS persons, array_agg(DISTINCT c.customer_id) AS own
            FROM role r JOIN usage_contactperson c ON c.contact_id = r.contact_id
            WHERE r.role = '{ContactRole.DECISION_MAKER}' AND NOT r.gone GROUP BY 1, 2
        )
        SELECT d.customer, count(*) FILTER (WHERE EXISTS (
            SELECT FROM usage_usagefeatureperson p
            WHERE p.customer_id = ANY (d.own) AND p.feature_id = ANY (%(sticky)s) AND p.person = ANY (d.persons)
              AND p.month >= %(first_month)s AND p.month < %(day)s AND p.known_on < %(known_on)s
            GROUP BY p.customer_id, p.feature_id, p.person, p.month HAVING {mask(first, at.day, FEATURE_DAYS)} <> 0
        ))
        FROM decides d
        WHERE d.customer IN (SELECT customer_id FROM seen WHERE alive) AND EXISTS (
            SELECT FROM usage_usageperson p
            JOIN usage_contactperson c ON c.customer_id = p.customer_id AND c.person = p.person
            WHERE p.customer_id = ANY (d.own) AND p.known_on < %(known_on)s
        )
        GROUP BY 1
        """,
        table="k",
        sticky=sticky,
        first_month=first.replace(day=1),
        **window_days(at),
    )
