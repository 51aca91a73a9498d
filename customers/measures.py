"""What contacts, people and tickets tell of a customer. Facts only; none reads what was not yet known."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from customers.queries.touchpoints import STANDS
from customers.registry import Better, Measure, Scope, Sql, Type, measure, measures

ESCALATION_DAYS = 56
CHAMPION_GONE_DAYS = 180


@measures(
    Measure(
        "days_since_touch",
        _("Days since last touch"),
        Type.DAYS,
        Better.LESS,
        description=_(
            "Days since the last call, mail or meeting in which both sides took part, counted to the end of the day:"
            " today's contact is 1. What only we sent or noted does not count. Missing, where there has been none yet."
        ),
    ),
    Measure(
        "last_touch_on",
        _("Last touch"),
        Type.DATE,
        Better.MORE,
        description=_("The day of the last call, mail or meeting in which both sides took part."),
    ),
)
def touch(at: Scope) -> Sql:
    return at.sql(
        """
        SELECT {customer}, %(day)s - max(t.day), max(t.day)
        FROM customers_touchpoint t {canonical}
        WHERE t.two_way AND {visible} AND {scope} AND """
        + f"{STANDS} GROUP BY 1",
        table="t",
    )


@measure(
    key="touches_90",
    label=_("Two-way contacts in 90 days"),
    type=Type.NUMBER,
    better=Better.MORE,
    description=_(
        "Calls, mails and meetings of the last 90 days in which both sides took part, one a day. Zero, where there was"
        " one before; missing, where there has been none yet. Very many may mean trouble: give them points like that."
    ),
)
def touches(at: Scope) -> Sql:
    return at.sql(
        """
        SELECT {customer}, count(DISTINCT t.day) FILTER (WHERE t.day >= %(since)s)
        FROM customers_touchpoint t {canonical}
        WHERE t.two_way AND {visible} AND {scope} AND """
        + f"{STANDS} GROUP BY 1",
        table="t",
        since=at.day - timedelta(days=90),
    )


@measures(
    Measure(
        "open_tickets",
        _("Open tickets"),
        Type.NUMBER,
        Better.LESS,
        description=_(
            "Support tickets that are open, by their latest known state. Missing, where a customer has never had one:"
            " silence in support is not health."
        ),
    ),
    Measure(
        "escalated_tickets_56",
        _("Escalated tickets"),
        Type.NUMBER,
        Better.LESS,
        description=_(
            "Support tickets of the last 56 days that were escalated, by their latest known state. Missing, where a"
            " customer has never had a ticket."
        ),
    ),
    Measure(
        "tickets_90",
        _("Tickets in 90 days"),
        Type.NUMBER,
        description=_(
            "Support tickets opened in the last 90 days. Some are a sign of use, many of trouble: more is good only up"
            " to a point. Missing, where a customer has never had a ticket."
        ),
    ),
    Measure(
        "ticket_satisfaction_180",
        _("Satisfaction with support"),
        Type.NUMBER,
        Better.MORE,
        description=_(
            "Mean of what the customer said of the tickets that were opened in the last 180 days. Missing, where"
            " nothing was said."
        ),
    ),
)
def tickets(at: Scope) -> Sql:
    return at.sql(
        """
        WITH latest AS (
            SELECT DISTINCT ON (s.ticket_id) s.ticket_id, s.closed_at IS NULL AS open, s.escalated,
                   s.satisfaction
            FROM customers_ticketstate s
            WHERE s.day < %(day)s AND s.known_on < %(known_on)s
              AND (%(everyone)s OR s.customer_id = ANY(%(customers)s))
            ORDER BY s.ticket_id DESC, s.known_on DESC, s.id DESC
        )
        SELECT {customer}, count(*) FILTER (WHERE latest.open),
               count(*) FILTER (WHERE latest.escalated AND t.day >= %(since)s),
               count(*) FILTER (WHERE t.day >= %(quarter)s),
               avg(latest.satisfaction) FILTER (WHERE t.day >= %(half_year)s)
        FROM customers_ticket t {canonical} JOIN latest ON latest.ticket_id = t.id
        WHERE {visible} AND {scope} GROUP BY 1
        """,
        table="t",
        everyone=at.customers is None,
        since=at.day - timedelta(days=ESCALATION_DAYS),
        quarter=at.day - timedelta(days=90),
        half_year=at.day - timedelta(days=180),
    )


@measures(
    Measure(
        "active_contacts",
        _("Active contacts"),
        Type.NUMBER,
        Better.MORE,
        description=_("Contacts who have not left the company. With only one, all hangs on a single person."),
    ),
    Measure(
        "champion_left",
        _("Champion left"),
        Type.YES_NO,
        Better.LESS,
        description=_(
            "Yes, if a champion left the company in the last 180 days and there is no other one. Missing, where no"
            " contact is known."
        ),
    ),
    Measure(
        "contacts_left_180",
        _("Contacts who left"),
        Type.NUMBER,
        Better.LESS,
        description=_("Contacts who left the company in the last 180 days, whatever their role."),
    ),
)
def contacts(at: Scope) -> Sql:
    return at.sql(
        """
        WITH latest AS (
            SELECT DISTINCT ON (k.contact_id) {customer} AS customer, k.role = 'champion' AS champion,
                   k."left" AS gone, k.day
            FROM customers_contactchange k {canonical}
            WHERE {visible} AND {scope} ORDER BY k.contact_id, k.known_on DESC, k.id DESC
        )
        SELECT customer, count(*) FILTER (WHERE NOT gone),
               (bool_or(champion AND gone AND day >= %(since)s) AND NOT bool_or(champion AND NOT gone))::int,
               count(*) FILTER (WHERE gone AND day >= %(since)s)
        FROM latest GROUP BY 1
        """,
        table="k",
        since=at.day - timedelta(days=CHAMPION_GONE_DAYS),
    )


@measure(
    key="onboarding_progress",
    label=_("Onboarding reached"),
    type=Type.SHARE,
    better=Better.MORE,
    description=_(
        "Share of the four stages (kick-off, set-up, training, go-live) that were reached, by the latest known record"
        " of each. Missing, where no stage was ever recorded."
    ),
)
def onboarding(at: Scope) -> Sql:
    return at.sql(
        """
        WITH latest AS (
            SELECT DISTINCT ON ({customer}, s.stage) {customer} AS customer, s.reached
            FROM customers_stagereached s {canonical}
            WHERE {visible} AND {scope} ORDER BY {customer}, s.stage, s.known_on DESC, s.id DESC
        )
        SELECT customer, count(*) FILTER (WHERE reached) / 4.0 FROM latest GROUP BY 1
        """,
        table="s",
    )


@measures(
    Measure(
        "goals_reached",
        _("Goals reached"),
        Type.SHARE,
        Better.MORE,
        description=_(
            "Share of the customer's goals whose latest value has come to the target. Missing without goals."
        ),
    ),
    Measure(
        "goals_overdue",
        _("Goals overdue"),
        Type.NUMBER,
        Better.LESS,
        description=_("Goals whose day is past and whose target is not reached. Missing without goals."),
    ),
)
def goals(at: Scope) -> Sql:
    values = """
        SELECT DISTINCT ON (v.goal_id) v.goal_id, v.value, v.dropped FROM customers_goalvalue v
        WHERE v.day < %(day)s AND v.known_on < %(known_on)s ORDER BY v.goal_id, v.day DESC, v.known_on DESC, v.id DESC
    """
    reached = "COALESCE((l.value - g.target) * sign(g.target - g.baseline) >= 0, FALSE)"
    return at.sql(
        f"""
        WITH latest AS ({values})
        SELECT {{customer}}, avg({reached}::int), count(*) FILTER (WHERE g.due_on < %(day)s AND NOT {reached})
        FROM customers_goal g {{canonical}} LEFT JOIN latest l ON l.goal_id = g.id
        WHERE {{visible}} AND {{scope}} AND l.dropped IS NOT TRUE GROUP BY 1
        """,
        table="g",
    )


@measures(
    Measure(
        "pulse",
        _("Pulse"),
        Type.NUMBER,
        Better.MORE,
        description=_("How one of us feels about the customer, 1 (badly) to 5 (well), until that goes stale."),
    ),
    Measure(
        "days_since_pulse",
        _("Days since the last pulse"),
        Type.DAYS,
        Better.LESS,
        description=_("Days since somebody of ours last said how they feel about the customer, stale or not."),
    ),
)
def pulse(at: Scope) -> Sql:
    return at.sql(
        """
        SELECT DISTINCT ON ({customer}) {customer}, CASE WHEN p.expires_on >= %(day)s THEN p.feeling END,
               %(day)s - p.day
        FROM customers_pulse p {canonical} WHERE {visible} AND {scope}
        ORDER BY {customer}, p.day DESC, p.known_on DESC, p.id DESC
        """,
        table="p",
    )
