"""Our own rate of lost customers beside what is said to be usual."""

from collections.abc import Sequence
from dataclasses import replace

from churn.forms import RetentionForm, named
from churn.models import Benchmark
from churn.pages.values import Page, Part, Table, TableRow, Value, Writer, few, points_changed
from churn.queries.retention import Asked, Line, book_for, lines, opening, trailing
from churn.queries.retention.lines import compounded
from churn.queries.worth import full_months
from churn.said import gettext as _
from core import charts, formatting
from core.charts import Chart, Mark, Zone

KEYS = ("customers.start", "rates.customer_churn", "rates.gross_mrr_churn", "rates.net_mrr_churn")


def page(form: RetentionForm, asked: Asked, *, currency: str) -> Page:
    whole = replace(asked, by="")
    span, months = form.year, full_months(form.year.end, form.today, 12)
    before = trailing(span.start)
    book = book_for([span, before, *months], whole)
    writer = Writer(currency, form.state)
    year, earlier = opening(book, span), opening(book, before)
    divided = replace(asked, by=form.divided_by or "industry", by_today=form.uses_today)
    return Page(
        "benchmarks",
        span,
        named(span, "range", form.today),
        figures=_figures(year, earlier, [opening(book, month) for month in months], writer),
        parts=[
            *(_part(one, year, writer) for one in _benchmarks()),
            Part("groups", heading(form), _("trailing 12 months"), table=table(divided, form, writer)),
        ],
        empty=not len(book.ids),
        notes=[_("References are of whole industries: they show where one stands, not what one can reach.")],
    )


def bullets_part(form: RetentionForm, writer: Writer, year: Line, *, key: str) -> Part:
    """The first reference, for the overview."""
    found = _benchmarks()[:1]
    chart = bullet(found[0], year, writer) if found else None
    note = _("customers lost in the trailing 12 months")
    empty = _("No reference is kept. An administrator adds them in the settings.")
    return Part(key, _("Beside what is usual"), note, chart, empty=empty, about=found[0].source if found else "")


def bullet(one: Benchmark, year: Line, writer: Writer) -> Chart | None:
    """Our rate among the bands of one reference."""
    bands = list(one.bands.all())
    if not bands:
        return None
    zones = [Zone(band.label, band.low / 100, band.high / 100, band.state) for band in bands]
    mark = Mark(
        label=_("We"), value=rate(one, year), href=writer.href("rates.customer_churn", year.period), note=few(year)
    )
    return charts.bullet(mark, zones, title=one.label, unit=charts.PERCENT)


def rate(one: Benchmark, year: Line) -> float | None:
    """What we lose in the unit of the reference: a month's rate is the one that comes to that of the year."""
    lost = year.rates.customer_churn
    if lost is None or one.per == Benchmark.Per.YEAR:
        return lost
    return 1 - (1 - lost) ** (1 / 12)


def heading(form: RetentionForm) -> str:
    label = form.by_label if form.divided_by else _("Industry")
    return _("By today’s %(by)s") % {"by": label.lower()} if form.uses_today else _("By %(by)s") % {"by": label.lower()}


def table(asked: Asked, form: RetentionForm, writer: Writer) -> Table:
    span = form.year
    groups = lines(book_for([span], asked), span)
    rows = [
        TableRow(line.group or _("no value"), [writer.value(key, line, by=asked.by) for key in KEYS], few=few(line))
        for line in groups
        if line.cohort.customers
    ]
    header = [_("Customers a year ago"), _("Lost"), _("Gross MRR churn"), _("Net MRR churn")]
    return Table(form.by_label if form.divided_by else _("Industry"), header, rows, files=KEYS)


def _benchmarks() -> Sequence[Benchmark]:
    return list(Benchmark.objects.filter(is_active=True).prefetch_related("bands"))


def _part(one: Benchmark, year: Line, writer: Writer) -> Part:
    unit = _("a month, from the trailing 12 months") if one.per == Benchmark.Per.MONTH else _("trailing 12 months")
    chart = bullet(one, year, writer)
    return Part(f"benchmark-{one.pk}", one.label, unit, chart, about=one.source, empty=_("It has no bands yet."))


def _figures(year: Line, earlier: Line, months: Sequence[Line], writer: Writer) -> list[Value]:
    monthly = [line.rates.customer_churn for line in months if line.rates.customer_churn is not None]
    mean = sum(monthly) / len(monthly) if monthly else None
    before = _("the year before")
    lost = [
        ("rates.customer_churn", _("Customers lost in 12 months")),
        ("rates.gross_mrr_churn", _("Gross MRR churn in 12 months")),
        ("rates.net_mrr_churn", _("Net MRR churn in 12 months")),
    ]
    figures = [
        writer.value(key, year, label=label, few=few(year), notes=_notes(key, year, earlier, before))
        for key, label in lost
    ]
    pace = writer.figure(
        "worth.churn_12",
        mean,
        year.period,
        label=_("Customers lost in a month, mean"),
        notes=(_at_pace(mean),) if mean is not None else (),
    )
    return [*figures, pace]


def _at_pace(mean: float) -> str:
    yearly = compounded(mean) or 0.0
    return _("comes to %(rate)s a year") % {"rate": formatting.plain_percent(yearly)}


def _notes(key: str, year: Line, earlier: Line, before: str) -> tuple[str, ...]:
    now, then = (getattr(line.rates, key.partition(".")[2]) for line in (year, earlier))
    notes = [points_changed(now, then, before)]
    if key == "rates.net_mrr_churn" and now is not None and now < 0:
        notes.append(_("negative churn: what stays grows by more than is lost"))
    return tuple(note for note in notes if note)
