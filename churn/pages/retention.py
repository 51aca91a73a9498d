"""The retention report period by period, or of one period by groups."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.formats import date_format

from churn.forms import RetentionForm, named
from churn.pages.values import Page, Part, Table, TableRow, Value, Writer, exactly, few, text
from churn.queries.retention import Asked, Book, Line, book_for, line_of
from churn.queries.retention.report import reconciled
from churn.said import gettext as _
from churn.words import COLUMNS, FIGURES, TRANSFERS
from core import charts
from core.charts import Chart, Mark, Series
from subscriptions.domain.ledger_source import to_amount

KEYS = [f"{part}.{name}" for part, names in COLUMNS.items() for name in names]
GAINS = (("mrr.new", "good"), ("mrr.expansion", "accent"), ("mrr.reactivation", "accent-2"))
LOSSES = (("mrr.contraction", "risk-2"), ("mrr.churn", "risk"))


def page(form: RetentionForm, asked: Asked, *, currency: str) -> Page:
    """A row a period, the latest first; by an attribute, a row a group of the chosen one, and the whole."""
    whole = replace(asked, by="")
    writer = Writer(currency, form.state)
    book = book_for([form.before, *form.listed], whole)
    found = table(form, replace(writer, bare=True), book, asked)
    listed = [line_of(book, one) for one in form.listed]
    parts = [
        Part("table", heading(form, asked), table=found),
        Part(
            "movements",
            _("What moved MRR, period by period"),
            chart=bars(form, listed, writer),
            empty=_("Nothing moved MRR in these periods."),
            wide=True,
        ),
    ]
    name = named(form.chosen, form.step, form.today)
    provisional = form.chosen.end >= asked.until
    return Page("retention", form.chosen, name, parts=parts, provisional=provisional, empty=not len(book.ids))


def heading(form: RetentionForm, asked: Asked) -> str:
    if not asked.by:
        return _("Period by period")
    names = {"by": form.by_label.lower(), "period": named(form.chosen, form.step, form.today)}
    if asked.by_today:
        return _("%(period)s by today’s %(by)s") % names
    return _("%(period)s by %(by)s") % names


def table(form: RetentionForm, writer: Writer, book: Book, asked: Asked) -> Table:
    keys = [*KEYS[:5], "transfers.customers", *KEYS[5:13], "transfers.mrr", *KEYS[13:]] if asked.narrows else KEYS
    shown = FIGURES | TRANSFERS
    wide = 6 if asked.narrows else 5
    heads = [
        (_("Customers"), wide),
        (f"{_('MRR')}, {writer.currency}", wide + 3),
        (_("Rates of the opening cohort"), 4),
    ]
    return Table(
        first=form.by_label if asked.by else _("Period"),
        header=[str(shown[key].header) for key in keys],
        rows=list(_divided(form, writer, book, asked, keys) if asked.by else _listed(form, writer, book, asked, keys)),
        heads=heads,
        files=keys,
        narrow=_narrow(keys),
    )


def _narrow(keys: list[str]) -> dict[int, str]:
    """What a phone has room for: what they pay, and how that keeps."""
    names = {"mrr.end": _("MRR"), "rates.customer_churn": "", "rates.grr": "", "rates.nrr": ""}
    return {keys.index(key): name for key, name in names.items()}


def _listed(form: RetentionForm, writer: Writer, book: Book, asked: Asked, keys: list[str]) -> Iterable[TableRow]:
    periods = [form.before_listed, *form.listed] if asked.narrows else list(form.listed)
    found = (
        reconciled(book_for(periods, asked), periods) if asked.narrows else [[line_of(book, one)] for one in periods]
    )
    befores = [None, *(period.start for period in periods)]
    rows = [
        _row(
            named(line.period, form.step, form.today),
            line,
            writer,
            keys,
            chosen=line.period == form.chosen,
            before=before,
        )
        for (line,), before in zip(found, befores, strict=False)
    ]
    return reversed(rows[1:] if asked.narrows else rows)


def _divided(form: RetentionForm, writer: Writer, book: Book, asked: Asked, keys: list[str]) -> Iterable[TableRow]:
    groups = reconciled(book_for([form.before, form.chosen], asked), [form.before, form.chosen])[1]
    for line in _largest_first(groups, asked):
        name = line.group or _("no value")
        yield _row(name, line, writer, keys, by=asked.by, before=form.before.start)
    yield _row(_("All"), _whole(form, book, asked), writer, keys, chosen=True, before=asked.rule and form.before.start)


def _whole(form: RetentionForm, book: Book, asked: Asked) -> Line:
    """All groups together: where all customers count, none changes sides."""
    if not asked.rule:
        return line_of(book, form.chosen)
    return reconciled(book, [form.before, form.chosen])[1][0]


def _largest_first(groups: Iterable[Line], asked: Asked) -> list[Line]:
    if asked.by in ("tenure", "contract", "band", "size"):  # these have an order of their own
        return list(groups)
    return sorted(groups, key=lambda line: (line.group is None, -max(line.mrr.start, line.mrr.end), line.group or ""))


def _row(name: str, line: Line, writer: Writer, keys: list[str], *, chosen: bool = False, **more: object) -> TableRow:
    cells = [_cell(key, line, writer, **more) for key in keys]
    return TableRow(name, cells, chosen, few(line))


def _cell(key: str, line: Line, writer: Writer, **more: object) -> Value:
    if key.startswith("transfers") and not more.get("before"):
        return text("")
    return writer.value(key, line, **more)


def bars(form: RetentionForm, listed: list[Line], writer: Writer) -> Chart | None:
    """What rose and fell in each period; None where nothing did."""
    series = [
        Series(
            str(FIGURES[key].label),
            [
                Mark(
                    label=_short(line, form),
                    value=sign * to_amount(exactly(key, line)),
                    href=writer.href(key, line.period),
                    unfinished=line.provisional,
                )
                for line in listed
            ],
            tone,
        )
        for sign, keys in ((1, GAINS), (-1, LOSSES))
        for key, tone in keys
    ]
    if not any(mark.value for one in series for mark in one.marks):
        return None
    return charts.stacked(series, title=_("What moved MRR"), unit=charts.money(writer.currency))


def _short(line: Line, form: RetentionForm) -> str:
    if form.step == "month":
        return date_format(line.period.start, "M y")
    if form.step in ("quarter", "year"):
        return named(line.period, form.step, line.period.end)
    return date_format(line.period.start, "j M")
