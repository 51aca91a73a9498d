"""The retention page: its figures, charts and table, each value with the address of its rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from churn.forms import RetentionForm, named
from churn.queries.retention import Asked, Book, Line, Period, book_for, line_of, lines, opening, shift, trailing
from churn.queries.retention.lines import FEW, amount, compounded
from churn.words import COLUMNS, FIGURES
from core import charts, formatting
from core.charts import Chart, Mark, Series, Step

POINTS = 24


@dataclass(frozen=True, slots=True)
class Value:
    """One figure as a page shows it. ``exact`` is what it is: MRR in millionths, a number, or a share of 1."""

    key: str
    exact: Any
    shown: SafeString
    href: str
    label: str = ""
    of: str = ""
    notes: tuple[str, ...] = ()
    few: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    name: str
    chosen: bool
    cells: list[Value]
    few: str


@dataclass(frozen=True, slots=True)
class Page:
    """All that the page shows. ``table`` has a row a period, or one a group and the whole at its end."""

    period: Period
    name: str
    figures: list[Value]
    trend: Chart | None
    waterfall: Chart
    bars: list[Value]
    table: list[TableRow]
    divided: str
    provisional: bool
    empty: bool

    @property
    def has_few(self) -> bool:
        """Whether a rate of the table is over fewer than 30 customers."""
        return any(row.few for row in self.table)


@dataclass(frozen=True)
class Writer:
    """Writes figures of lines with the address of their rows; ``bare``: amounts without their currency."""

    currency: str
    state: dict[str, str]
    bare: bool = False

    def value(self, key: str, line: Line, **more: Any) -> Value:
        exact = exactly(key, line)
        group = {"group": line.group or "", "by": more.pop("by")} if more.get("by") else {}
        more.pop("by", None)
        return Value(key, exact, self.written(key, exact), self.href(key, line.period, **group), **more)

    def href(self, key: str, period: Period, **more: str) -> str:
        at = {"figure": key, "start": f"{period.start}", "end": f"{period.end}"}
        return f"{reverse('churn:retention-rows')}?{urlencode(at | self.state | more)}"

    def written(self, key: str, exact: Any) -> SafeString:
        match FIGURES[key].unit, exact:
            case _unit, None:
                return formatting.undefined()
            case "money", _value if self.bare:
                return formatting.number(Decimal(exact).scaleb(-6))
            case "money", _value:
                return formatting.money(Decimal(exact).scaleb(-6), self.currency)
            case "percent", _value:
                return formatting.percent(exact)
            case "times", _value:
                return formatting.number(exact, 1)
        return formatting.number(exact)


def exactly(key: str, line: Line) -> Any:
    """A figure of a line by its key: ``mrr.start``, ``rates.nrr``, ``net_new``, ``arpa``."""
    part, _dot, name = key.partition(".")
    if key == "net_new":
        return line.mrr.net_new
    if key == "arpa":
        return line.mrr.end / line.customers.end if line.customers.end else None
    return getattr(getattr(line, part), name)


def page(form: RetentionForm, asked: Asked, *, currency: str) -> Page:
    """The page of the form's period. Two statements for the money, and those that filter and attribute need."""
    period, before = form.chosen, form.before
    whole = Asked(until=asked.until, known_on=asked.known_on, customers=asked.customers, rule=asked.rule)
    ends = [shift(min(period.end, asked.until), -back) for back in reversed(range(POINTS))]
    book = book_for([*form.listed, before, *map(trailing, [*ends, min(before.end, asked.until)])], whole)
    writer = Writer(currency, form.state)
    line = line_of(book, period)
    points = [opening(book, trailing(end)) for end in ends]
    earlier = opening(book, trailing(min(before.end, asked.until)))
    return Page(
        period=period,
        name=named(period, form.step, form.today),
        figures=headline(form, writer, (line, line_of(book, before)), (points[-1], earlier)),
        trend=trend(points, writer),
        waterfall=waterfall(line, writer),
        bars=[writer.value(key, line) for key in BARS],
        table=table(form, replace(writer, bare=True), book, asked),
        divided=asked.by and str(dict(form.fields["by"].choices)[asked.by]),  # type: ignore[attr-defined]
        provisional=line.provisional,
        empty=not len(book.ids),
    )


def headline(form: RetentionForm, writer: Writer, now: tuple[Line, Line], year: tuple[Line, Line]) -> list[Value]:
    line = now[0]
    named_before = named(form.before, form.step, form.today)
    lost, of = line.cohort.lost, line.cohort.customers

    def figure(key: str, label: str, pair: tuple[Line, Line], change: Callable[..., str], **more: Any) -> Value:
        one, other = pair
        notes = (*more.pop("notes", ()), change(exactly(key, one), exactly(key, other), named_before))
        return writer.value(key, one, label=label, notes=tuple(note for note in notes if note), **more)

    def money(one: Any, other: Any, when: str) -> str:
        return changed(one, other, when, lambda by: formatting.plain_money(Decimal(by).scaleb(-6), writer.currency))

    def number(digits: int) -> Callable[..., str]:
        return lambda one, other, when: changed(one, other, when, lambda by: formatting.plain(by, digits))

    return [
        figure("rates.nrr", _("NRR, trailing 12 months"), year, points_changed, few=few(year[0])),
        figure("rates.grr", _("GRR, trailing 12 months"), year, points_changed, few=few(year[0])),
        figure(
            "rates.customer_churn",
            _("Customers lost"),
            now,
            points_changed,
            of=_("%(lost)s of %(of)s") % {"lost": formatting.plain(lost), "of": formatting.plain(of)},
            notes=(yearly(line),),
            few=few(line),
        ),
        figure("net_new", _("Net new MRR"), now, money),
        figure("rates.quick_ratio", _("Quick ratio"), now, number(1)),
        figure("mrr.end", _("MRR so far") if line.provisional else _("MRR at the end"), now, money),
        figure("arpa", _("MRR per customer"), now, money),
        figure("customers.end", _("Customers at the end"), now, number(0)),
    ]


def few(line: Line) -> str:
    """The mark of a rate over fewer than 30 customers."""
    count = line.cohort.customers
    if not 0 < count < FEW:
        return ""
    return ngettext("over %(count)s customer only", "over %(count)s customers only", count) % {"count": count}


def yearly(line: Line) -> str:
    """What a month's churn comes to in a year."""
    rate = compounded(line.rates.customer_churn)
    if rate is None or not line.period.is_month or line.provisional:
        return ""
    return _("%(rate)s a year, at this pace") % {"rate": formatting.plain_percent(rate)}


def changed(now: Any, before: Any, when: str, write: Callable[[Any], str]) -> str:
    if now is None or before is None:
        return ""
    by = write(now - before)
    sign = "" if by.startswith(formatting.MINUS) or not any(digit in by for digit in "123456789") else "+"
    return _("%(change)s on %(before)s") % {"change": f"{sign}{by}", "before": when}


def points_changed(now: Any, before: Any, when: str) -> str:
    return changed(now, before, when, lambda by: _("%(points)s points") % {"points": formatting.plain(by * 100, 1)})


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


BARS = ["mrr.start", *(f"mrr.{kind}" for kind in ("new", "expansion", "reactivation", "contraction", "churn", "fx"))]
BARS += ["mrr.end"]
DOWN = {"mrr.contraction", "mrr.churn"}


def waterfall(line: Line, writer: Writer) -> Chart:
    steps = [
        Step(
            label=str(FIGURES[key].label),
            value=-value if key in DOWN else value,
            total=key in ("mrr.start", "mrr.end"),
            href=writer.href(key, line.period),
            tone="unknown" if key == "mrr.fx" else "",
        )
        for key in BARS
        for value in [amount(exactly(key, line))]
    ]
    return charts.waterfall(steps, title=_("MRR and what moved it"), unit=charts.money(writer.currency))


KEYS = [f"{part}.{name}" for part, names in COLUMNS.items() for name in names]


def table(form: RetentionForm, writer: Writer, book: Book, asked: Asked) -> list[TableRow]:
    """A row a period, the latest first; by an attribute, a row a group of the chosen one, and the whole."""
    if not asked.by:
        return [
            _table_row(named(one, form.step, form.today), line_of(book, one), writer, chosen=one == form.chosen)
            for one in reversed(form.listed)
        ]
    groups = lines(book_for([form.chosen], asked), form.chosen)
    rows = [_table_row(line.group or _("no value"), line, writer, by=asked.by) for line in _largest_first(groups)]
    return [*rows, _table_row(_("All"), line_of(book, form.chosen), writer, chosen=True)]


def _largest_first(groups: Iterable[Line]) -> list[Line]:
    return sorted(groups, key=lambda line: (line.group is None, -max(line.mrr.start, line.mrr.end), line.group or ""))


def _table_row(name: str, line: Line, writer: Writer, *, chosen: bool = False, by: str = "") -> TableRow:
    return TableRow(name, chosen, [writer.value(key, line, by=by) for key in KEYS], few(line))


def as_rows(shown: Page) -> Iterable[list[str]]:
    """The table as rows of text for a file: exact figures, amounts with all their decimals."""
    yield [_("Group") if shown.divided else _("Period"), *KEYS]
    for row in shown.table:
        yield [row.name, *(_exact(cell) for cell in row.cells)]


def _exact(cell: Value) -> str:
    if cell.exact is None:
        return ""
    return f"{amount(cell.exact):f}" if FIGURES[cell.key].unit == "money" else f"{cell.exact}"
