from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from customers.registry import Better, Measure, Scope, Sql, Type, measures
from surveys.models import Response, Survey

KEPT = 365


@measures(
    Measure(
        "last_nps",
        _("Last NPS answer"),
        Type.NUMBER,
        Better.MORE,
        description=_(
            "The last answer, 0 to 10, that a person gave to an NPS survey in the last 365 days. Answers picked by a"
            " CSM or taken by phone don't count."
        ),
    ),
    Measure(
        "days_since_nps",
        _("Days since the last NPS answer"),
        Type.DAYS,
        Better.LESS,
        description=_("Days since that answer was given."),
    ),
)
def last_nps(at: Scope) -> Sql:
    answers = at.sql(LATEST, table="r")
    text = f"""
        SELECT DISTINCT ON ({{customer}}) {{customer}}, r.score, %(day)s - r.day
        FROM ({answers.text}) r {{canonical}} WHERE {{visible}} AND NOT r.withdrawn
        ORDER BY 1, r.answered_at DESC, r.id DESC
    """
    return at.sql(
        text,
        table="r",
        since=at.day - timedelta(days=KEPT),
        kind=Survey.Kind.NPS.value,
        programme=Response.Channel.PROGRAMME.value,
    )


# A changed answer is a new row of the same invitation: the row known last counts.
LATEST = """
    SELECT DISTINCT ON (r.invitation_id, CASE WHEN r.invitation_id IS NULL THEN r.id END) r.*
    FROM surveys_response r JOIN surveys_survey s ON s.id = r.survey_id
    WHERE {visible} AND {scope} AND r.day >= %(since)s AND s.kind = %(kind)s
      AND r.channel = %(programme)s AND r.contact_id IS NOT NULL
    ORDER BY r.invitation_id, CASE WHEN r.invitation_id IS NULL THEN r.id END, r.known_on DESC, r.id DESC
"""
