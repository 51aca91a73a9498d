"""The page for the board: eight figures, their lines, what moved MRR, cohorts, reasons and benchmarks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString

from churn.forms import RetentionForm, named
from churn.pages import benchmarks, cohorts, reasons
from churn.pages.values import Page, Part, Value, Writer, changed, exactly, few, points_changed
from churn.queries.retention import Asked, Line, lines_of, shift, trailing
from churn.queries.retention.lines import compounded
from churn.said import gettext as _
from churn.words import FIGURES
from core import charts, formatting
from core.charts import Chart, Mark, Series, Step, spark
from subscriptions.domain.ledger_source import to_amount

POINTS, SPARKS = 24, 13
BARS = ["mrr.start", *(f"mrr.{kind}" for kind in ("new", "expansion", "reactivation", "contraction", "churn", "fx"))]
BARS += ["mrr.end"]
DOWN = {"mrr.contraction", "mrr.churn"}
ENDS = ("mrr.start", "mrr.end")


def page(form: RetentionForm, asked: Asked, *, currency: str) -> Page:
    """The page of the form's period."""
    period, before, whole = form.chosen, form.before, replace(asked, by="")
    end = min(period.end, asked.until)
    ends = [shift(end, -back) for back in reversed(range(POINTS))]
    earlier = trailing(min(before.end, asked.until))
    writer = Writer(currency, form.state)
    (*lines, last), (*points, year_before) = lines_of([*form.run, before], [*map(trailing, ends), earlier], whole)
    facts = Facts(form, writer, lines, last, points, year_before)
    return Page(
        "overview",
        period,
        named(period, form.step, form.today),
        figures=facts.figures(),
        parts=[
            Part(
                "retention",
                _("Net and gross retention"),
                _("trailing 12 months"),
                trend(points, writer),
                empty=_("A year after the first customer, the line begins."),
            ),
            Part("waterfall", _("MRR and what moved it"), facts.name, waterfall(lines[-1], writer)),
            cohorts.heat_part(form, whole, writer, size=12, key="cohorts"),
            reasons.pareto_part(form, whole, writer, key="reasons"),
            benchmarks.bullets_part(form, writer, points[-1], key="benchmarks"),
        ],
        provisional=lines[-1].provisional,
        empty=not any(one.customers.start or one.customers.end for one in (*lines, *points)),
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """The lines that the eight figures are written of: the last of ``run`` is the chosen period."""

    form: RetentionForm
    writer: Writer
    run: Sequence[Line]
    before: Line
    points: Sequence[Line]
    earlier: Line

    @property
    def name(self) -> str:
        return named(self.form.chosen, self.form.step, self.form.today)

    def figures(self) -> list[Value]:
        line = self.run[-1]
        lost, of = formatting.plain(line.cohort.lost), formatting.plain(line.cohort.customers)
        return [
            self._year("rates.nrr", _("NRR, trailing 12 months")),
            self._year("rates.grr", _("GRR, trailing 12 months")),
            self._now(
                "rates.customer_churn",
                _("Customers lost"),
                points_changed,
                of=_("%(lost)s of %(of)s") % {"lost": lost, "of": of},
                first=yearly(line),
                few=few(line),
            ),
            self._now("net_new", _("Net new MRR"), self._money),
            self._now("rates.quick_ratio", _("Quick ratio"), _number(1)),
            self._now("mrr.end", _("MRR so far") if line.provisional else _("MRR at the end"), self._money),
            self._now("arpa", _("MRR per customer"), self._money),
            self._now("customers.end", _("Customers at the end"), _number(0)),
        ]

    def _year(self, key: str, label: str) -> Value:
        now = self.points[-1]
        value, other = exactly(key, now), exactly(key, self.earlier)
        notes = [points_changed(value, other, named(self.form.before, self.form.step, self.form.today))]
        if key == "rates.nrr" and value is not None and value > 1:
            notes.append(_("negative churn: what stays grows by more than is lost"))
        line = _spark([exactly(key, one) for one in self.points[-SPARKS:]], label)
        return self.writer.value(key, now, label=label, notes=tuple(filter(None, notes)), few=few(now), spark=line)

    def _now(self, key: str, label: str, change: Callable[..., str], *, first: str = "", **more: Any) -> Value:
        line = self.run[-1]
        when = named(self.form.before, self.form.step, self.form.today)
        notes = (first, change(exactly(key, line), exactly(key, self.before), when))
        values = [exactly(key, one) for one in self.run]
        said = {"label": label, "notes": tuple(filter(None, notes)), "spark": _spark(values, label)}
        return self.writer.value(key, line, **said, **more)

    def _money(self, one: Any, other: Any, when: str) -> str:
        currency = self.writer.currency
        return changed(one, other, when, lambda by: formatting.plain_money(to_amount(by), currency))


def _spark(values: Sequence[Any], label: str) -> SafeString:
    return spark([None if value is None else float(value) for value in values], title=label, height=28)


def _number(digits: int) -> Callable[..., str]:
    return lambda one, other, when: changed(one, other, when, lambda by: formatting.plain(by, digits))


def yearly(line: Line) -> str:
    """What a month's churn comes to in a year."""
    rate = compounded(line.rates.customer_churn)
    if rate is None or not line.period.is_month or line.provisional:
        return ""
    return _("%(rate)s a year, at this pace") % {"rate": formatting.plain_percent(rate)}


def trend(points: Sequence[Line], writer: Writer) -> Chart | None:
    """NRR and GRR of the twelve months up to each point, from the first that there is; None without any."""
    known = [number for number, line in enumerate(points) if line.rates.nrr is not None]
    if not known:
        return None
    shown = points[known[0] :]
    series = [
        Series(label, [_point(key, line, writer) for line in shown], tone)
        for key, label, tone in (("rates.nrr", _("NRR"), "accent"), ("rates.grr", _("GRR"), "accent-2"))
    ]
    return charts.line(series, title=_("NRR and GRR, trailing 12 months"), unit=charts.PERCENT, height=232)


def _point(key: str, line: Line, writer: Writer) -> Mark:
    return Mark(
        label=date_format(line.period.end, "j M y" if line.period.end.day > 1 else "M y"),
        value=exactly(key, line),
        href=writer.href(key, line.period),
        note=few(line),
    )


def waterfall(line: Line, writer: Writer) -> Chart:
    steps = [
        Step(
            label=str(FIGURES[key].label),
            value=-value if key in DOWN else value,
            total=key in ENDS,
            href=writer.href(key, line.period),
            tone="unknown" if key == "mrr.fx" or (not value and key not in ENDS) else "",
        )
        for key in BARS
        for value in [to_amount(exactly(key, line))]
    ]
    return charts.waterfall(steps, title=_("MRR and what moved it"), unit=charts.money(writer.currency))
