"""What a survey found out as plain values, by the names that programs read."""

from datetime import date
from typing import Any

from django.db.models import Min

from core import clock
from surveys.models import Response, Survey
from surveys.queries.results.figures import Figures


def told(found: Figures) -> dict[str, Any]:
    """The figures; rates as shares of 1, undefined ones None."""
    nps = found.nps
    return {
        "n": nps.answers,
        "promoters": nps.promoters,
        "passives": nps.passives,
        "detractors": nps.detractors,
        "nps": _rounded(nps.score, 2),
        "center": _rounded(nps.center, 2),
        "margin": _rounded(nps.margin, 2),
        "margin_by_customer": _rounded(found.clustered, 2),
        "sent": found.sent,
        "answered": found.answered,
        "response_rate": _rounded(found.response_rate, 4),
        "coverage_mrr": _rounded(found.coverage_mrr, 4),
    }


def first_day(surveys: list[Survey]) -> date:
    """The day of the first answer; today, where there is none."""
    first = Response.objects.filter(survey__in=surveys).aggregate(first=Min("day"))["first"]
    return first or clock.today()


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
