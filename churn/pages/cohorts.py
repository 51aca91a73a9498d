"""Cohorts: who began to pay together, and what is left of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.utils.formats import date_format

from churn.forms import RetentionForm, named
from churn.pages.values import Page, Part, Table, TableRow, Value, Writer, few_of, text
from churn.queries import cohorts
from churn.queries.cohorts import Cohort, Cohorts, Survived
from churn.queries.retention import Asked, Period, held
from churn.queries.retention.lines import share
from churn.said import gettext as _
from core import charts, formatting
from core.charts import Chart, Mark, Series

SIZES = {"month": 13, "quarter": 12, "year": 6}
LIVES = {"month": 36, "quarter": 12, "year": 8}
TONES = ("", "bg-accent/8", "bg-accent/16", "bg-accent/26", "bg-accent/38")


def page(form: RetentionForm, asked: Asked, *, currency: str) -> Page:
    step = step_of(form)
    found = _joined(form, asked, SIZES[step])
    writer = Writer(currency, form.state)
    made = cohorts.triangle(found)
    lives = _joined(form, asked, LIVES[step])
    curve = cohorts.survival(lives)
    return Page(
        "cohorts",
        form.chosen,
        named(form.chosen, form.step, form.today),
        figures=_figures(lives, curve, writer),
        parts=[
            Part(
                "survival",
                _("How long customers stay"),
                _("share still paying, with its interval of 95 %"),
                survival_chart(lives, curve, writer),
                empty=_("Nobody began to pay in this time."),
                wide=True,
            ),
            Part(
                "customers",
                _("Customers that stay"),
                _("share of those who began"),
                table=triangle(form, made, writer, "customers"),
                empty=_("Nobody began to pay in this time."),
            ),
            Part(
                "mrr",
                _("MRR that stays"),
                _("share of the first MRR; over 100 % it has grown"),
                table=triangle(form, made, writer, "mrr"),
                empty=_("Nobody began to pay in this time."),
            ),
        ],
        provisional=form.chosen.end >= asked.until,
        empty=not len(found.book.ids),
        notes=[_("A customer is of the cohort in which it paid for the first time. 0 is the end of that period.")],
    )


def heat_part(form: RetentionForm, asked: Asked, writer: Writer, *, size: int, key: str) -> Part:
    """The heat map of the overview: customers by when they began."""
    step = step_of(form)
    size = min(size, SIZES[step])
    made = held.kept(asked, ("cohorts", step, size, form.chosen), lambda: cohorts.triangle(_joined(form, asked, size)))
    rows = [(_named(one, step), [_mark(one, age, len(made), form, writer) for age in range(len(made))]) for one in made]
    note = {"month": _("by month of the first payment"), "quarter": _("by quarter of the first payment")}
    began = any(one.customers for one in made)
    chart = charts.heat(rows, title=_("Customers that stay"), unit=charts.PERCENT, low=0.5, high=1.0) if began else None
    return Part(
        key,
        _("Customers that stay"),
        note.get(step, _("by year of the first payment")),
        chart,
        empty=_("Nobody began to pay in this time."),
        wide=True,
    )


def step_of(form: RetentionForm) -> str:
    return form.step if form.step in SIZES else "month"


def _joined(form: RetentionForm, asked: Asked, size: int) -> Cohorts:
    return cohorts.joined(cohorts.of_step(step_of(form), min(form.chosen.end, asked.until), size), asked)


def _figures(found: Cohorts, curve: Sequence[Survived], writer: Writer) -> list[Value]:
    span = _span(found)
    shown = []
    for months in (6, 12, 24):
        one = next((one for one in curve if one.months == months), None)
        interval = ""
        if one and one.low is not None and one.high is not None:
            ends = {"low": formatting.plain_percent(one.low), "high": formatting.plain_percent(one.high)}
            interval = _("%(low)s to %(high)s") % ends
        shown.append(
            writer.figure(
                "cohort.survival",
                one.share if one else None,
                span,
                {"months": f"{months}", "step": f"{len(found.periods)}"},
                label=_("Stay %(months)s months or longer") % {"months": months},
                notes=(interval,) if interval else (),
                few=few_of(len(found.places)),
            )
        )
    return shown


def _span(found: Cohorts) -> Period:
    return Period(found.periods[0].start, found.periods[-1].end)


def survival_chart(found: Cohorts, curve: Sequence[Survived], writer: Writer) -> Chart | None:
    if not curve:
        return None
    query = {"step": f"{len(found.periods)}"}
    marks = [
        Mark(
            label=f"{one.months}",
            value=one.share,
            low=one.low,
            high=one.high,
            href=writer.href("cohort.survival", _span(found), months=f"{one.months}", **query),
        )
        for one in curve
    ]
    title = _("Share still paying by months since the first payment")
    return charts.line([Series(_("Stay"), marks, "accent")], title=title, unit=charts.PERCENT, height=240, zero=True)


def triangle(form: RetentionForm, made: Sequence[Cohort], writer: Writer, what: str) -> Table | None:
    """A row a cohort; None where nobody began in any."""
    if not any(one.customers for one in made):
        return None
    step = step_of(form)
    rows = []
    for one in made:
        first = (
            writer.figure("cohort.joined", one.customers, one.period)
            if what == "customers"
            else writer.figure("cohort.new_mrr", one.mrr, one.period)
        )
        cells = [_cell(one, age, writer, what) for age in range(len(made))]
        rows.append(TableRow(_named(one, step), [first, *cells], few=few_of(one.customers)))
    begun = _("Began") if what == "customers" else _("First MRR")
    return Table(first=_("Cohort"), header=[begun, *(f"{age}" for age in range(len(made)))], rows=rows)


def _cell(one: Cohort, age: int, writer: Writer, what: str) -> Value:
    if age >= len(one.cells):
        return text("")
    cell = one.cells[age]
    exact = share(cell.customers, one.customers) if what == "customers" else share(cell.mrr, one.mrr)
    made = writer.figure(f"cohort.{what}", exact, one.period, {"on": f"{cell.day}"})
    return made if exact is None else _toned(made, exact)


def _toned(made: Value, exact: float) -> Value:
    """Whole percents on a ground that is the stronger the more is left."""
    level = min(max(int((exact - 0.5) * 10), 0), len(TONES) - 1)
    return replace(made, shown=formatting.percent(exact, 0), tone=TONES[level])


def _mark(one: Cohort, age: int, size: int, form: RetentionForm, writer: Writer) -> Mark:
    label = f"{age}"
    if age >= len(one.cells):
        return Mark(label=label, value=None, unfinished=True)
    cell = one.cells[age]
    return Mark(
        label=label,
        value=share(cell.customers, one.customers),
        href=writer.href("cohort.customers", one.period, on=f"{cell.day}"),
        note=_("%(left)s of %(began)s on %(day)s")
        % {"left": cell.customers, "began": one.customers, "day": date_format(cell.day, "j M Y")},
    )


def _named(one: Cohort, step: str) -> str:
    return named(one.period, step, date.max)
