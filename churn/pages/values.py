"""What report pages are made of: figures with the address of their rows, tables of them, and parts with a chart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from churn.queries.retention import Line, Period
from churn.queries.retention.lines import FEW
from churn.said import gettext as _
from churn.said import ngettext
from churn.words import figure_of
from core import formatting
from core.charts import Chart
from subscriptions.domain.ledger_source import to_amount

MANY = 12


@dataclass(frozen=True, slots=True)
class Value:
    """One figure as a page shows it. ``exact`` is what it is: MRR in millionths, a number, or a share of 1."""

    key: str
    exact: Any
    shown: SafeString
    href: str = ""
    label: str = ""
    of: str = ""
    notes: tuple[str, ...] = ()
    few: str = ""
    spark: SafeString | str = ""
    tone: str = ""

    @property
    def plain(self) -> Any:
        """For a file: amounts with all their decimals, nothing for what is not defined."""
        if self.exact is None or not self.key:
            return self.exact
        return to_amount(self.exact) if figure_of(self.key).unit == "money" else self.exact


@dataclass(frozen=True, slots=True)
class TableRow:
    """``level`` 1 is part of the row before; ``href`` opens what the row is called by."""

    name: str
    cells: Sequence[Value]
    chosen: bool = False
    few: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """``header`` stands above the cells, ``first`` above the names; ``heads`` are groups of columns: name and width.
    ``files`` are the names of the columns in a file; the first ``words`` columns hold words, the others numbers.
    ``narrow`` are the columns that a phone shows, by their place, and what each is called there; all without it."""

    first: str
    header: Sequence[str]
    rows: Sequence[TableRow]
    heads: Sequence[tuple[str, int]] = ()
    files: Sequence[str] = ()
    words: int = 0
    narrow: Mapping[int, str] = field(default_factory=dict)

    @property
    def has_few(self) -> bool:
        """Whether a rate is over fewer than 30 customers."""
        return any(row.few for row in self.rows)

    @property
    def still(self) -> bool:
        """Whether nothing in it can be pressed: then it is itself what a keyboard scrolls."""
        return not any(cell.href for row in self.rows for cell in row.cells)

    @property
    def is_wide(self) -> bool:
        """Whether its columns must stand close to each other to be seen at once."""
        return len(self.header) > MANY

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Of each column its heading, that of a phone where it is another, and its class."""
        return [(head, self.narrow.get(at, ""), self._class(at)) for at, head in enumerate(self.header)]

    @property
    def lines(self) -> list[tuple[TableRow, list[tuple[Value, str]]]]:
        """Of each row its cells with the class of their column."""
        return [(row, [(cell, self._class(at)) for at, cell in enumerate(row.cells)]) for row in self.rows]

    def _class(self, at: int) -> str:
        number = "" if at < self.words else "num"
        return f"{number} col-2".strip() if self.narrow and at not in self.narrow else number

    def as_rows(self) -> Iterable[list[Any]]:
        yield [self.first, *(self.files or self.header)]
        for row in self.rows:
            yield [row.name, *(cell.plain for cell in row.cells)]


@dataclass(frozen=True, slots=True)
class Part:
    """One card of a page. Its numbers can be had as a file under its ``key``: the table, else the chart's."""

    key: str
    title: str
    note: str = ""
    chart: Chart | None = None
    table: Table | None = None
    empty: str = ""
    about: str = ""
    wide: bool = False
    half: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.table or self.chart)

    @property
    def span(self) -> str:
        """The class of a card that is as wide as the page."""
        return "lg:col-span-2" if (self.wide or self.table) and not self.half else ""

    def as_rows(self) -> Iterable[list[Any]]:
        if self.table:
            yield from self.table.as_rows()
        elif self.chart:
            yield from self.chart.as_rows()


@dataclass(frozen=True, slots=True)
class Page:
    """A report: ``figures`` above, then its parts. ``notes`` say what one must know to read it."""

    key: str
    period: Period
    name: str
    figures: Sequence[Value] = ()
    parts: Sequence[Part] = ()
    provisional: bool = False
    empty: bool = False
    notes: Sequence[str] = field(default=())

    @property
    def columns(self) -> str:
        """The class of how many figures stand side by side."""
        return {3: "lg:grid-cols-3", 6: "lg:grid-cols-6"}.get(len(self.figures), "lg:grid-cols-4")

    def part(self, key: str) -> Part | None:
        return next((part for part in self.parts if part.key == key), None)

    @property
    def values(self) -> Iterable[Value]:
        """All figures of the page and its tables that open."""
        cells = (cell for part in self.parts if part.table for row in part.table.rows for cell in row.cells)
        return (value for value in (*self.figures, *cells) if value.href)


@dataclass(frozen=True)
class Writer:
    """Writes figures with the address of their rows; ``bare``: amounts without their currency."""

    currency: str
    state: dict[str, str]
    bare: bool = False

    def value(self, key: str, line: Line, **more: Any) -> Value:
        by, before = more.pop("by", ""), more.pop("before", None)
        group = {"group": line.group or "", "by": by} if by else {}
        earlier = {"before": f"{before}"} if before and key.startswith("transfers") else {}
        return self.figure(key, exactly(key, line), line.period, {**group, **earlier}, **more)

    def figure(self, key: str, exact: Any, period: Period, query: dict[str, str] | None = None, **more: Any) -> Value:
        return Value(key, exact, self.written(key, exact), self.href(key, period, **(query or {})), **more)

    def href(self, key: str, period: Period, **more: str) -> str:
        at = {"figure": key, "start": f"{period.start}", "end": f"{period.end}"}
        return f"{reverse('churn:retention-rows')}?{urlencode(at | self.state | more)}"

    def written(self, key: str, exact: Any) -> SafeString:
        match figure_of(key).unit, exact:
            case _unit, None:
                return formatting.undefined()
            case "money", _value if self.bare:
                return formatting.number(to_amount(exact))
            case "money", _value:
                return formatting.money(to_amount(exact), self.currency)
            case "percent", _value:
                return formatting.percent(exact)
            case "times", _value:
                return formatting.number(exact, 1)
        return formatting.number(exact)


def text(value: object) -> Value:
    """A cell that opens nothing."""
    shown = value if isinstance(value, SafeString) else mark_safe(escape(f"{value}"))
    return Value("", value, shown)


def exactly(key: str, line: Line) -> Any:
    """A figure of a line by its key: ``mrr.start``, ``rates.nrr``, ``transfers.mrr``, ``net_new``, ``arpa``."""
    part, _dot, name = key.partition(".")
    if key == "net_new":
        return line.mrr.net_new
    if key == "arpa":
        return line.mrr.end / line.customers.end if line.customers.end else None
    return getattr(getattr(line, part), name)


def few(line: Line) -> str:
    """The mark of a rate over fewer than 30 customers."""
    return few_of(line.cohort.customers)


def few_of(count: int) -> str:
    if not 0 < count < FEW:
        return ""
    return ngettext("over %(count)s customer only", "over %(count)s customers only", count) % {"count": count}


def changed(now: Any, before: Any, when: str, write: Callable[[Any], str]) -> str:
    """How a figure differs from the one before; empty where either is not defined."""
    if now is None or before is None:
        return ""
    by = write(now - before)
    sign = "" if by.startswith(formatting.MINUS) or not any(digit in by for digit in "123456789") else "+"
    return _("%(change)s against %(before)s") % {"change": f"{sign}{by}", "before": when}


def points_changed(now: Any, before: Any, when: str) -> str:
    return changed(now, before, when, lambda by: _("%(points)s points") % {"points": formatting.plain(by * 100, 1)})


def in_month(day: date) -> str:
    """The first day of a month, as an address has it."""
    return f"{day.replace(day=1)}"
