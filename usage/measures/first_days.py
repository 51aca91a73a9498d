"""What went wrong when a customer was new."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from customers.registry import Better, Measure, Scope, Sql, Type, measures
from usage.domain import features
from usage.models import Feature

FIRST, YOUNG = 30, 365


@measures(
    Measure(
        "errors_first_30",
        _("Errors in the first 30 days"),
        Type.NUMBER,
        Better.LESS,
        description=_(
            "Errors that customers met in their first 30 days. Of those who came within a year; missing, where no"
            " usage came in by then."
        ),
    )
)
def errors_of_the_first_days(at: Scope) -> Sql:
    failures = [one for one, kind in features.kinds(at.at).items() if kind == Feature.Kind.ERROR]
    return at.sql(
        """
        SELECT {customer}, sum(found.errors)
        FROM (
            SELECT DISTINCT f.customer_id, c.created_on AS first FROM usage_customerfeed f
            JOIN customers_customer c ON c.id = f.customer_id
            WHERE f.known_on < %(known_on)s AND f.day < %(day)s AND c.created_on >= %(born_from)s
              AND c.created_on < %(day)s AND f.day < c.created_on + %(first)s
        ) f {canonical}, LATERAL (
            SELECT COALESCE(sum(CASE WHEN u.feature_id = %(over_all)s THEN u.errors ELSE u.events END), 0) AS errors
            FROM usage_usageday u
            WHERE u.customer_id = f.customer_id AND u.feature_id = ANY (%(counted)s) AND u.known_on < %(known_on)s
              AND u.day >= f.first AND u.day < f.first + %(first)s AND u.day < %(day)s AND u.day >= %(born_from)s
        ) found
        WHERE {scope} GROUP BY 1
        """,
        table="f",
        over_all=(over_all := features.over_all()),
        counted=[over_all, *failures],
        first=FIRST,
        born_from=at.day - timedelta(days=YOUNG),
    )
