from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import charts
from core.charts import Chart, Mark, Series
from core.clock import AsOf
from customers.models import Customer
from health.queries.explain import ExplainedPart, Explanation, explain_standing
from health.queries.history import history
from health.queries.reasons import reasons_of
from health.queries.words import write


@dataclass(frozen=True, slots=True)
class Part:
    """One measure of the score as the page shows it: its value in words beside its numbers."""

    part: ExplainedPart
    value: str


@dataclass(frozen=True, slots=True)
class Health:
    """What a customer's score is made of, why it is low, and how it came about."""

    explanation: Explanation
    groups: list[tuple[str, list[Part]]]
    reasons: list[str]
    chart: Chart | None


def health_of(customer: Customer, *, at: AsOf) -> Health | None:
    """None for who is not scored: gone customers, and those that no scorecard is for."""
    explained = explain_standing(getattr(customer, "standing", None))
    if explained is None:
        return None
    why = reasons_of([explained], at)[customer.pk]
    return Health(explained, _groups(explained), [one.words() for one in why], _chart(customer, at.day))


def _groups(explained: Explanation) -> list[tuple[str, list[Part]]]:
    names = list(dict.fromkeys(part.group for part in explained.parts))
    shown = [Part(part, write(part.measure, part.value)) for part in explained.parts]
    return [(name, [one for one in shown if one.part.group == name]) for name in names]


def _chart(customer: Customer, day: date) -> Chart | None:
    points = history(customer, day)
    if sum(point.score is not None for point in points) < 2:
        return None
    marks = [Mark(label=date_format(point.day, "j M"), value=point.score) for point in points]
    return charts.line([Series(_("Health"), marks)], title=_("Health, 12 months"), height=140, zero=True)
