"""The results page: its figures, charts and tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db.models import Min, QuerySet
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from core import charts, clock, formatting
from core.charts import Chart, Mark, Series
from core.clock import AsOf
from customers.models import Attribute, Customer
from customers.queries.attributes import NotReplayable
from customers.rules import Rule, RuleError, matching, parse, to_q
from surveys import labels
from surveys.domain.scales import SCALES
from surveys.forms import ResultsForm
from surveys.models import Response, Survey
from surveys.queries import results
from surveys.queries.columns import fetched
from surveys.queries.frame import facts
from surveys.queries.nps import Change, Nps, change
from surveys.queries.results import Asked, Figures

Address = Callable[..., str]  # of a figure's rows: its key, and what cuts them
HORIZON = 180
MOST_GROUPS = 20


@dataclass(frozen=True, slots=True)
class ClassLine:
    key: str
    name: str
    tone: str
    customers: int
    lost: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Period:
    """What a page is over: first and last day, and the last day of which it is known what was learnt on it."""

    first: date
    last: date
    known: date
    provisional: bool
    known_today: bool


@dataclass(frozen=True, slots=True)
class Page:
    figures: Figures
    change: Change | None
    trend: Chart | None
    scores: Chart
    groups: Chart | None
    later: list[ClassLine]
    period: Period


def attributes() -> list[tuple[str, Any]]:
    """What results can be divided by."""
    built_in = [("industry", _("Industry")), ("country", _("Country")), ("stage", _("Stage"))]
    own = Attribute.objects.filter(type=Attribute.Type.TEXT).order_by("label").values_list("key", "label")
    return [*built_in, *own]


def asked_by(user: User, survey: Survey, form: ResultsForm) -> tuple[Asked, str]:
    """The question of a page, over the customers that this user may see; and why it is over nobody, where the saved
    filter can't be read or can't be replayed."""
    end, known_on = (day + timedelta(days=1) for day in (form.last, form.known))
    days = int(form.read("days") or 365) if form.read("days") != "0" else 0
    first = Response.objects.filter(survey=survey).aggregate(first=Min("day"))["first"] or end
    customers, problem = customers_in_view(user, form, AsOf(end, known_on))
    asked = Asked(
        surveys=(survey.pk,),
        kind=survey.kind,
        start=end - timedelta(days=days) if days else min(first, end),
        end=end,
        known_on=known_on,
        customers=customers,
        all_channels=form.read("channels") == "all",
        by_standing=True,
    )
    return asked, problem


def customers_in_view(user: User, form: ResultsForm, at: AsOf) -> tuple[np.ndarray | None, str]:
    """Their ids, None for all; a saved filter means those that met it as of ``at``."""
    kept = form.read("filter")
    if kept is None and user.sees_everything:
        return None, ""
    seen = Customer.objects.visible_to(user)
    try:
        return (_ids(seen) if kept is None else _ids_of(seen, parse(kept.rule, user=user), form, at)), ""
    except (RuleError, NotReplayable) as error:
        return np.empty(0, dtype=np.int64), str(error)


def _ids_of(seen: QuerySet[Customer], rule: Rule, form: ResultsForm, at: AsOf) -> np.ndarray:
    if not form.is_past:
        return _ids(seen.filter(to_q(rule, clock.today())))
    return np.intersect1d(matching(rule, at), _ids(seen))


def _ids(customers: QuerySet[Customer]) -> np.ndarray:
    try:
        text, params = customers.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # of a user without a team
        return np.empty(0, dtype=np.int64)
    return fetched({"id": ("i8", "id")}, f"FROM ({text}) AS found (id)", params)["id"]


def period(asked: Asked) -> Period:
    last, known, today = asked.end - timedelta(days=1), asked.known - timedelta(days=1), clock.today()
    return Period(asked.start, last, known, last == today, known == today)


def page(survey: Survey, asked: Asked, by: str, address: Address) -> Page:
    now = results.figures(asked)
    length = asked.end - asked.start
    earlier = asked.between(asked.start - length, asked.start)
    before = results.counted(earlier.answers(), earlier)
    return Page(
        figures=now,
        change=change(before, now.nps),
        trend=_trend(asked, address),
        scores=_scores(now, survey, address),
        groups=_groups(asked, by, address),
        later=_later(asked, survey.kind),
        period=period(asked),
    )


def written(nps: Nps) -> SafeString:
    return formatting.signed(nps.score, 0) if nps.score is not None else formatting.undefined()


def interval(nps: Nps) -> str:
    """``50 to 71 with 95 % confidence``; the interval's middle is not quite the score where answers are few."""
    if nps.center is None or nps.margin is None:
        return ""
    low, high = max(-100.0, nps.center - nps.margin), min(100.0, nps.center + nps.margin)
    return _("%(low)s to %(high)s, at 95 %%") % {"low": formatting.plain(low), "high": formatting.plain(high)}


def said_of(found: Change | None) -> str:
    """Whether a change is real, in words."""
    if found is None:
        return _("Nothing to compare with before")
    by, margin = formatting.plain(abs(found.by), 0), formatting.plain(found.margin, 0)
    told = {"by": by, "margin": margin}
    if found.is_real:
        return (_("Up by %(by)s ± %(margin)s: a real change") if found.by > 0 else _(
            "Down by %(by)s ± %(margin)s: a real change")) % told  # fmt: skip
    return (_("Up by %(by)s ± %(margin)s: may be chance") if found.by > 0 else _(
        "Down by %(by)s ± %(margin)s: may be chance")) % told  # fmt: skip


def _trend(asked: Asked, address: Address) -> Chart | None:
    edges = _months(asked.start, asked.end)
    points = results.trend(asked, edges)
    if sum(point.nps.answers > 0 for point in points) < 2:
        return None
    marks = [
        Mark(
            label=date_format(point.start, "M y"),
            value=None if point.nps.score is None else round(point.nps.score, 1),
            low=_low(point.nps),
            high=_high(point.nps),
            note=_("%(count)s answers") % {"count": formatting.plain(point.nps.answers)},
            unfinished=point.end > clock.today(),
            href=address("answers", start=point.start, end=point.end),
        )
        for point in points
    ]
    return charts.line([Series(_("NPS"), marks)], title=_("By month, with its 95 % interval"), height=220)


def _months(start: date, end: date) -> list[date]:
    edges = [start.replace(day=1)]
    while edges[-1] < end:
        edges.append((edges[-1] + timedelta(days=32)).replace(day=1))
    return edges[-37:]


def _scores(found: Figures, survey: Survey, address: Address) -> Chart:
    scale = SCALES[survey.kind]
    marks = [
        Mark(
            label=f"{score}",
            value=found.scores[score],
            tone=labels.TONES[scale.class_of(score)],
            href=address("answers", score=score),
        )
        for score in scale.scores
    ]
    return charts.bar(marks, title=_("Answers by score"))


def _groups(asked: Asked, by: str, address: Address) -> Chart | None:
    if not by:
        return None
    marks = [
        Mark(
            label=group.value or _("no value"),
            value=None if group.nps.score is None else round(group.nps.score, 1),
            low=_low(group.nps),
            high=_high(group.nps),
            note=_("%(count)s answers") % {"count": formatting.plain(group.nps.answers)},
            href=address("answers", value=group.value or ""),
        )
        for group in results.groups(asked, by)[:MOST_GROUPS]
    ]
    return charts.dots(marks, title=_("NPS with its 95 % interval")) if marks else None


def _low(nps: Nps) -> float | None:
    return None if nps.center is None or nps.margin is None else round(max(-100, nps.center - nps.margin), 1)


def _high(nps: Nps) -> float | None:
    return None if nps.center is None or nps.margin is None else round(min(100, nps.center + nps.margin), 1)


def _later(asked: Asked, kind: str) -> list[ClassLine]:
    found = results.later(asked, horizon=HORIZON)
    names: dict[str, Any] = {**labels.CLASSES[kind], "silent": labels.SILENT}
    return [
        ClassLine(one.key, str(names[one.key]), labels.TONES.get(one.key, "unknown"), one.customers, one.lost, one.rate)
        for one in found
    ]


def short(surveys: Sequence[Survey], user: User) -> dict[int, Figures]:
    """The figures of the last 12 months for a list of surveys, which doesn't say what MRR answered."""
    end = clock.today() + timedelta(days=1)
    customers = None
    if not user.sees_everything:
        customers = _ids(Customer.objects.visible_to(user))
    over: dict[str, Any] = {"start": end - timedelta(days=365), "end": end, "customers": customers, "source": facts()}
    asked = {one.pk: Asked(surveys=(one.pk,), kind=one.kind, **over) for one in surveys}
    return {key: results.figures(one, with_coverage=False) for key, one in asked.items()}
