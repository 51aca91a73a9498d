"""What contacts, people and tickets tell of a customer. Facts only; none reads what was not yet known."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from customers.registry import Better, Measure, Scope, Sql, Type, measures

ESCALATION_DAYS = 56
CHAMPION_GONE_DAYS = 180


@measures(
    Measure(
        "days_since_touch",
        _("Days since last touch"),
        Type.DAYS,
        Better.LESS,
        description=_(
            "Days since the last call, mail or meeting in which both sides took part. What only we sent or noted"
            " does not count. Missing, where there has been none yet."
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
        WHERE t.two_way AND {visible} AND {scope} GROUP BY 1
        """,
        table="t",
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
)
def tickets(at: Scope) -> Sql:
    return at.sql(
        """
        WITH latest AS (
            SELECT DISTINCT ON (s.ticket_id) s.ticket_id, s.closed_at IS NULL AS open, s.escalated
            FROM customers_ticketstate s
            WHERE s.day < %(day)s AND s.known_on < %(known_on)s
              AND (%(everyone)s OR s.customer_id = ANY(%(customers)s))
            ORDER BY s.ticket_id, s.known_on DESC, s.id DESC
        )
        SELECT {customer}, count(*) FILTER (WHERE latest.open),
               count(*) FILTER (WHERE latest.escalated AND t.day >= %(since)s)
        FROM customers_ticket t {canonical} JOIN latest ON latest.ticket_id = t.id
        WHERE {visible} AND {scope} GROUP BY 1
        """,
        table="t",
        everyone=at.customers is None,
        since=at.day - timedelta(days=ESCALATION_DAYS),
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
               (bool_or(champion AND gone AND day >= %(since)s) AND NOT bool_or(champion AND NOT gone))::int
        FROM latest GROUP BY 1
        """,
        table="k",
        since=at.day - timedelta(days=CHAMPION_GONE_DAYS),
    )
