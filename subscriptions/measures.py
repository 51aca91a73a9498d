"""What the money tells of a customer. Facts only; none reads an end, a payment or a rate that was not yet known."""

from django.utils.translation import gettext_lazy as _

from customers.registry import Better, Measure, Scope, Sql, Type, measures
from subscriptions.domain import rulesets
from subscriptions.queries.ledger import IN_FORCE
from subscriptions.queries.terms import KNOWN, NEXT_TERMS

INVOICE_DAYS = 400


@measures(
    Measure(
        "mrr",
        _("MRR"),
        Type.MONEY,
        Better.MORE,
        description=_(
            "Monthly recurring revenue in the reporting currency: all movements before the day, as they were known."
            " Trials are 0. 0 after a customer has left; missing, where there never was any."
        ),
    ),
    Measure(
        "mrr_change_90",
        _("Change of MRR in 90 days"),
        Type.MONEY,
        Better.MORE,
        description=_(
            "Movements of MRR in the 90 days before, without exchange-rate effects. Missing for who did not pay"
            " 90 days ago."
        ),
    ),
    Measure(
        "tenure_days",
        _("Tenure"),
        Type.DAYS,
        Better.MORE,
        description=_("Days since the first day with MRR. Missing, where there never was any."),
    ),
)
def money(at: Scope) -> Sql:
    return at.sql(
        f"""
        SELECT {{customer}}, sum(m.after - m.before + m.fx),
               CASE WHEN sum(m.after - m.before + m.fx) FILTER (WHERE m.day < %(since)s) > 0
                    THEN COALESCE(sum(m.after - m.before) FILTER (WHERE m.day >= %(since)s), 0) END,
               %(day)s - min(m.day) FILTER (WHERE m.after > 0)
        FROM subscriptions_mrrmovement m {{canonical}}
        WHERE m.day < %(day)s AND {IN_FORCE} AND {{scope}} GROUP BY 1
        HAVING bool_or(m.after > 0)
        """,
        table="m",
        ruleset=rulesets.current().pk,
        since=at.window(90)[0],
    )


@measures(
    Measure(
        "is_active",
        _("Active"),
        Type.YES_NO,
        Better.MORE,
        description=_(
            "Whether a subscription is in force that is no trial; free and paused ones count. Missing, where there"
            " never was a subscription."
        ),
    ),
    Measure(
        "seats",
        _("Seats"),
        Type.NUMBER,
        Better.MORE,
        description=_(
            "The units of all subscriptions in force, trials included, times the seats in a unit of their plan (one,"
            " unless said otherwise). Missing, where none is."
        ),
    ),
    Measure(
        "events_in_plan_28",
        _("Events in the plan"),
        Type.NUMBER,
        description=_(
            "The events in 28 days that the plans of the subscriptions in force hold. Missing, where no plan has a"
            " limit."
        ),
    ),
    Measure(
        "renewal_on",
        _("Renewal"),
        Type.DATE,
        description=_(
            "The next end of a paid term of three months or more; a term that goes on by itself ends again one term"
            " later. Missing under notice, and where no term is known."
        ),
    ),
    Measure(
        "notice_on",
        _("Last day to give notice"),
        Type.DATE,
        description=_("The next renewal less the days of notice; once that has passed, of the renewal after."),
    ),
    Measure(
        "days_to_renewal",
        _("Days to renewal"),
        Type.DAYS,
        description=_("Days until the next end of a paid term of three months or more. Missing under notice."),
    ),
    Measure(
        "days_to_notice",
        _("Days to notice"),
        Type.DAYS,
        description=_("Days until the last day on which the customer may give notice. Missing under notice."),
    ),
    Measure(
        "renews_itself",
        _("Renews by itself"),
        Type.YES_NO,
        description=_(
            "Whether the next term goes on unless somebody gives notice. No: it ends unless it is agreed anew. Missing"
            " where no renewal is ahead."
        ),
    ),
    Measure(
        "leaves_on",
        _("Leaves on"),
        Type.DATE,
        description=_(
            "The day on which the last paid subscription ends, where the ends of all are known: of who gave notice."
            " Missing for who goes on."
        ),
    ),
)
def agreed(at: Scope) -> Sql:
    in_force = "v.starts_on < %(day)s AND (v.ends_on IS NULL OR v.ends_on >= %(day)s)"
    ahead = "v.mrr > 0 AND (v.ends_on IS NULL OR v.ends_on >= %(day)s)"
    text = f"""
        WITH known AS ({at.sql(KNOWN, table="v").text}), held AS (
            SELECT {{customer}} AS customer,
                   bool_or({in_force} AND (v.trial_ends_on IS NULL OR v.trial_ends_on < %(day)s))::int AS active,
                   sum(v.quantity * COALESCE(l.seats, 1)) FILTER (WHERE {in_force}) AS seats,
                   sum(v.quantity * l.events) FILTER (WHERE {in_force}) AS events,
                   CASE WHEN bool_and(v.ends_on IS NOT NULL) FILTER (WHERE {ahead})
                        THEN max(v.ends_on) FILTER (WHERE {ahead}) END AS leaves_on
            FROM known v {{canonical}} LEFT JOIN ({LIMITS}) l USING (plan_id) GROUP BY 1
        ), terms AS ({NEXT_TERMS}), due AS (
            SELECT {{customer}} AS customer, min(v.renewal_on) AS renewal_on, min(v.notice_on) AS notice_on,
                   bool_and(v.by_itself)::int AS by_itself
            FROM terms v {{canonical}} GROUP BY 1
        )
        SELECT customer, active, seats, events, renewal_on, notice_on, renewal_on - %(day)s, notice_on - %(day)s,
               by_itself, leaves_on
        FROM held LEFT JOIN due USING (customer)
    """
    return at.sql(text, table="v", months=rulesets.current().settings["renewal_term_months"])


# Of each plan what was known last.
LIMITS = """
    SELECT DISTINCT ON (p.plan_id) p.plan_id, p.seats, p.events FROM subscriptions_planlimit p
    WHERE p.day < %(day)s AND p.known_on < %(known_on)s ORDER BY p.plan_id, p.known_on DESC, p.id DESC
"""


@measures(
    Measure(
        "overdue_invoices",
        _("Overdue invoices"),
        Type.NUMBER,
        Better.LESS,
        description=_(
            "Invoices past their due day that are neither paid, void nor written off, of the last 400 days. Missing,"
            " where there was no invoice in that time."
        ),
    )
)
def invoices(at: Scope) -> Sql:
    return at.sql(
        """
        SELECT {customer}, count(*) FILTER (WHERE i.due_on < %(day)s AND NOT COALESCE((
            SELECT s.status IN ('paid', 'void', 'uncollectible') FROM subscriptions_invoicestate s
            WHERE s.invoice_id = i.id AND s.day < %(day)s AND s.known_on < %(known_on)s
            ORDER BY s.known_on DESC, s.id DESC LIMIT 1), FALSE))
        FROM subscriptions_invoice i {canonical}
        WHERE i.day >= %(since)s AND {visible} AND {scope} GROUP BY 1
        """,
        table="i",
        since=at.window(INVOICE_DAYS)[0],
    )
