"""Who uses it: of how many seats, who stopped, and whether those who decide are among them."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from customers.models import ContactRole
from customers.registry import Better, Measure, Scope, Sql, Type, measures
from usage.domain import features
from usage.measures.persons import HAD_PERSONS, WEEK, bits, days_since, first_day
from usage.measures.window import FEATURE_DAYS, SEEN, WINDOW, mask, window_days
from usage.models import Feature


@measures(
    Measure(
        "active_users_28",
        _("Active users"),
        Type.NUMBER,
        Better.MORE,
        description=_("Persons who used the product in the last 28 days. Unknown, where usage comes without persons."),
    ),
    Measure(
        "active_users_change_28",
        _("Change of active users"),
        Type.SHARE,
        Better.MORE,
        description=_("Active users of the last 28 days against the 28 days before; nobody then: undefined."),
    ),
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
def users(at: Scope) -> Sql:
    first = first_day(at.day)
    week, week_before = _bits(WEEK), _bits(2 * WEEK, WEEK)
    month, month_before = _bits(WINDOW), _bits(2 * WINDOW, WINDOW)
    text = f"""
        WITH seen AS ({at.sql(SEEN, table="f").text}), person AS (
            SELECT {{customer}} AS customer, p.person, bit_or({days_since(first, at.day)}) AS days
            FROM usage_usageperson p {{canonical}}
            WHERE {{known}} AND {{scope}} AND p.month >= %(first_month)s AND p.month < %(day)s GROUP BY 1, 2
        ), counted AS (
            SELECT customer, count(*) FILTER (WHERE {month}) AS month,
                   count(*) FILTER (WHERE {month_before}) AS month_before,
                   count(*) FILTER (WHERE {month_before} AND NOT {month}) AS month_gone,
                   count(*) FILTER (WHERE {week}) AS week, count(*) FILTER (WHERE {week_before}) AS week_before,
                   count(*) FILTER (WHERE {week_before} AND NOT {week}) AS week_gone
            FROM person GROUP BY 1
        ), alive AS ({at.sql(WITH_PERSONS, table="f").text})
        SELECT customer, COALESCE(month, 0), COALESCE(month, 0)::float / NULLIF(month_before, 0) - 1,
               COALESCE(week, 0), COALESCE(week, 0)::float / NULLIF(week_before, 0) - 1,
               week_gone::float / NULLIF(week_before, 0), month_gone::float / NULLIF(month_before, 0)
        FROM alive LEFT JOIN counted USING (customer)
    """
    had = at.day - timedelta(days=HAD_PERSONS)
    return at.sql(text, table="p", first_month=first.replace(day=1), persons_from=had, **window_days(at))


# Whose persons we know: those counted in the window, and who is silent there but was not within the last 400 days.
WITH_PERSONS = """
    SELECT {customer} AS customer FROM seen f {canonical}
    WHERE f.alive AND ({customer} IN (SELECT customer FROM counted) OR EXISTS (
        SELECT FROM usage_usageperson p
        WHERE p.customer_id = f.customer_id AND p.month >= %(persons_from)s AND p.month < %(day)s
          AND p.known_on < %(known_on)s
    ))
    GROUP BY 1
"""


def _bits(since: int, until: int = 0) -> str:
    """Whether any of the days from ``since`` to ``until`` days ago is among a person's, as SQL over ``days``."""
    return f"days & {bits(since, until)} <> 0"


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
