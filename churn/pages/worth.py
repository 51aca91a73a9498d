"""What customers are worth, and what winning them costs."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext

from churn.forms import RetentionForm, named
from churn.pages.values import Page, Part, Table, TableRow, Value, Writer, few, text
from churn.queries import worth
from churn.queries.retention import Asked, Line, book_for, line_of
from churn.queries.worth import Worth
from churn.said import gettext as _
from core import charts, formatting
from core.charts import Chart, Mark, Series

LISTED = 12


def page(form: RetentionForm, asked: Asked, *, currency: str) -> Page:
    writer = Writer(currency, form.state)
    found = worth_of(form, asked)
    run = _run(form, asked)
    return Page(
        "worth",
        form.chosen,
        named(form.chosen, form.step, form.today),
        figures=figures(found, writer),
        parts=[
            Part("arpa", _("MRR per customer"), _("at the end of each month"), arpa_chart(run, writer), wide=True),
            Part(
                "won",
                _("Customers won and lost"),
                _("in each month"),
                flow_chart(run, writer),
                empty=_("Nobody came or left in these months."),
                wide=True,
            ),
            Part("months", _("The six full months counted"), table=months_table(found, writer)),
            Part(
                "costs",
                _("Costs of these months"),
                table=costs_table(found, writer),
                empty=_("No costs are known of these months. Load them as costs.csv."),
            ),
        ],
        provisional=found.at_end.provisional,
        empty=not (found.at_end.customers.end or found.at_end.customers.start),
        notes=_notes(found),
    )


def worth_of(form: RetentionForm, asked: Asked) -> Worth:
    return worth.of(form.chosen, asked, form.today)


def _run(form: RetentionForm, asked: Asked) -> list[Line]:
    months = worth.full_months(min(form.chosen.end, asked.until), form.today, LISTED)
    book = book_for(months, asked)
    return [line_of(book, month) for month in months]


def figures(found: Worth, writer: Writer) -> list[Value]:
    period = found.at_end.period
    shown = [
        ("worth.clv", found.clv, _("Lifetime value"), gettext("MRR per customer × margin ÷ churn")),
        ("worth.cac", found.cac, _("Cost of winning a customer"), _("over the last 6 full months")),
        ("worth.payback", found.payback, _("Months to pay it back"), gettext("from the margin of the first MRR")),
        ("worth.ratio", found.ratio, _("Value ÷ cost"), ""),
        ("arpa", found.at_end.arpa, _("MRR per customer"), ""),
        ("worth.margin", found.margin, _("Margin"), "" if found.has("service") else _("no service costs are known")),
        ("worth.churn", found.churn, _("Customers lost in a month"), _("mean of the last 6 full months")),
    ]
    line = found.months[0] if found.months else found.at_end
    marks = {"worth.churn": few(line), "worth.clv": few(line)}
    return [
        writer.figure(
            key, millionths(key, value), period, label=label, notes=(note,) if note else (), few=marks.get(key, "")
        )
        for key, value, label, note in shown
    ]


def millionths(key: str, value: Decimal | float | None) -> Decimal | float | None:
    """Money as the other figures have it."""
    return value * 1_000_000 if value is not None and key in ("worth.clv", "worth.cac", "arpa") else value


def arpa_chart(run: Sequence[Line], writer: Writer) -> Chart:
    marks = [Mark(label=_month(line), value=line.arpa, href=writer.href("arpa", line.period)) for line in run]
    series = [Series(_("MRR per customer"), marks)]
    return charts.line(series, title=_("MRR per customer"), unit=charts.money(writer.currency), height=220)


def flow_chart(run: Sequence[Line], writer: Writer) -> Chart | None:
    """Who came and who left in each month; None where nobody did."""
    if not any(line.customers.new or line.customers.churned for line in run):
        return None
    won = [
        Mark(label=_month(line), value=line.customers.new, href=writer.href("customers.new", line.period))
        for line in run
    ]
    lost = [
        Mark(label=_month(line), value=-line.customers.churned, href=writer.href("customers.churned", line.period))
        for line in run
    ]
    return charts.stacked(
        [Series(_("won"), won, "good"), Series(_("lost"), lost, "risk")], title=_("Customers won and lost")
    )


def months_table(found: Worth, writer: Writer) -> Table:
    keys = ("customers.start", "rates.customer_churn", "customers.new", "mrr.new", "mrr.end")
    rows = [
        TableRow(date_format(line.period.start, "M Y"), [writer.value(key, line) for key in keys], few=few(line))
        for line in reversed(found.months)
    ]
    header = [_("Customers"), _("Lost"), _("Won"), _("New MRR"), _("MRR at the end")]
    return Table(_("Month"), header, rows, files=keys, narrow={1: "", 3: "", 4: _("MRR")})


def costs_table(found: Worth, writer: Writer) -> Table | None:
    kinds = {"acquisition": _("winning customers"), "service": _("serving them")}
    rows = [
        TableRow(
            date_format(cost.month, "M Y"),
            [
                text(kinds.get(cost.kind, cost.kind)),
                _amount(cost.amount, cost.currency),
                _amount(cost.value, writer.currency),
            ],
        )
        for cost in reversed(found.costs)
    ]
    return (
        Table(_("Month"), [_("For"), _("Amount"), _("In %(currency)s") % {"currency": writer.currency}], rows, words=1)
        if rows
        else None
    )


def _amount(value: Decimal | None, currency: str) -> Value:
    return Value("", value, formatting.money(value, currency, 2))


def _notes(found: Worth) -> list[str]:
    return [
        _("There is no exchange rate for the costs of %(month)s in %(currency)s: what needs them is not defined.")
        % {"month": date_format(cost.month, "M Y"), "currency": cost.currency}
        for cost in found.unvalued
    ]


def _month(line: Line) -> str:
    return date_format(line.period.start, "M y")
