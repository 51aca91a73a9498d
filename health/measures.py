"""Measures read from the stored scores. The row of day D is the score as of D, so as of D it counts.

They are derived: filters, lists and triggers may use them, scorecards and back-tests may not. A customer who is not
scored has none of them.
"""

import json
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from customers.models import Band
from customers.registry import Better, Measure, Scope, Sql, Tier, Type, measure, measures
from customers.registry.measure import FAMILIES, Family
from health.domain import chances
from health.domain.scoring import LEAVES_ON

# A customer's row that counts on a day, found by the key from the newest back; none for who is not scored then.
THEN = """
    SELECT s.* FROM (
        SELECT * FROM health_score s WHERE s.customer_id = c.customer_id AND s.day <= LEAST({day}, %(known_on)s)
        ORDER BY s.day DESC LIMIT 1
    ) s WHERE s.version_id IS NOT NULL
"""
CUSTOMERS = "(SELECT id AS customer_id FROM customers_customer) c {canonical}"
WANTED = "{scope} AND {customer} = c.customer_id"
NOW = THEN.format(day="%(day)s")
OVERRIDDEN = """
    LEFT JOIN LATERAL (
        SELECT o.score FROM health_override o
        WHERE o.customer_id = c.customer_id AND o.day < %(day)s AND o.known_on < %(known_on)s AND o.ends_on >= %(day)s
          AND (o.withdrawn_on IS NULL OR o.withdrawn_on >= %(known_on)s) ORDER BY o.id DESC LIMIT 1
    ) o ON TRUE
    LEFT JOIN health_scorecardversion v ON v.id = s.version_id AND o.score IS NOT NULL
"""
BAND = """
    CASE WHEN o.score IS NULL THEN s.band WHEN o.score >= (v.definition #>> '{{bands,good}}')::numeric THEN 'good'
         WHEN o.score >= (v.definition #>> '{{bands,watch}}')::numeric THEN 'watch' ELSE 'risk' END
"""


@measures(
    Measure(
        "score",
        _("Health score"),
        Type.NUMBER,
        Better.MORE,
        Tier.DERIVED,
        _("0 to 100, by the scorecard in force, or as somebody overrode it. None, where too little was measured."),
    ),
    Measure(
        "computed_score",
        _("Computed score"),
        Type.NUMBER,
        Better.MORE,
        Tier.DERIVED,
        _("The score as the scorecard gives it, whether somebody overrode it or not."),
    ),
    Measure(
        "band",
        _("Health"),
        Type.CHOICE,
        tier=Tier.DERIVED,
        description=_("The band that the score lies in."),
        choices=tuple(Band.choices),
    ),
    Measure(
        "coverage",
        _("Coverage"),
        Type.SHARE,
        Better.MORE,
        Tier.DERIVED,
        _("How much of the scorecard, by weight, was measured."),
    ),
)
def score(at: Scope) -> Sql:
    text = f"""
        SELECT c.customer_id, COALESCE(o.score, s.score), s.score, {BAND}, s.coverage
        FROM {CUSTOMERS} CROSS JOIN LATERAL ({NOW}) s {OVERRIDDEN} WHERE {WANTED}
    """
    return at.sql(text, table="c")


@measure(
    key="score_change_30",
    label=_("Change of score in 30 days"),
    type=Type.NUMBER,
    better=Better.MORE,
    tier=Tier.DERIVED,
    description=_("The computed score less the one of 30 days before; none, where there was none then or is none now."),
)
def score_change_30(at: Scope) -> Sql:
    text = f"""
        SELECT c.customer_id, s.score - earlier.score
        FROM {CUSTOMERS}, LATERAL ({NOW}) s, LATERAL ({THEN.format(day="%(month_before)s")}) earlier WHERE {WANTED}
    """
    return at.sql(text, table="c", month_before=at.day - timedelta(days=30))


@measures(
    Measure(
        "churn_chance",
        _("Chance to leave"),
        Type.SHARE,
        Better.LESS,
        Tier.DERIVED,
        _(
            "The chance that the customer leaves: how many of the same band did within 90 days, in the past year. Who"
            " gave notice leaves."
        ),
    ),
    Measure(
        "mrr_at_risk",
        _("MRR at risk"),
        Type.MONEY,
        Better.LESS,
        Tier.DERIVED,
        _("MRR times the chance to leave."),
    ),
)
def churn_chance(at: Scope) -> Sql:
    money = FAMILIES["mrr"]
    terms = FAMILIES[LEAVES_ON]
    mrr, agreed = money.read(at), terms.read(at)
    text = f"""
        WITH money (customer_id, {_columns(money)}) AS ({mrr.text}), terms (customer_id, {_columns(terms)}) AS (
            {agreed.text}
        ), chance AS (
            SELECT c.customer_id, (%(chances)s::jsonb ->> s.band)::float AS p
            FROM {CUSTOMERS}, LATERAL ({NOW}) s WHERE {WANTED}
        )
        SELECT customer_id, l.p, round((money.mrr::float * l.p)::numeric, 6)
        FROM chance LEFT JOIN money USING (customer_id) LEFT JOIN terms USING (customer_id),
             LATERAL (SELECT CASE WHEN terms.leaves_on IS NULL THEN chance.p ELSE 1 END AS p) l
    """
    filled = at.sql(text, table="c", chances=json.dumps(chances.by_band_as_of(at.at)))
    return Sql(filled.text, mrr.params | agreed.params | filled.params)


def _columns(family: Family) -> str:
    return ", ".join(one.key for one in family.measures)
