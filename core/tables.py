"""The base of every list: our look, and columns that know how their values are written."""

from collections.abc import Callable
from functools import lru_cache
from inspect import signature
from operator import attrgetter
from typing import Any

import django_tables2 as tables
from django.core.exceptions import ObjectDoesNotExist
from django.utils.safestring import SafeString, mark_safe

from core import formatting, marks
from core.hidden import is_money_hidden
from core.markup import escaped, markup

RIGHT = {"th": {"class": "num"}, "td": {"class": "num"}}


class NumberColumn(tables.Column):
    """A number, right-aligned. ``digits`` after the point."""

    attrs = RIGHT

    def __init__(self, *args: Any, digits: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", RIGHT)
        super().__init__(*args, **kwargs)
        self.digits = digits

    def render(self, value: Any) -> SafeString:
        return formatting.number(value, self.digits)

    def value(self, value: Any) -> Any:
        return value


class PercentColumn(NumberColumn):
    """A share between 0 and 1, written in hundredths."""

    def __init__(self, *args: Any, digits: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, digits=digits, **kwargs)

    def render(self, value: Any) -> SafeString:
        return formatting.percent(value, self.digits)


class SignedColumn(NumberColumn):
    """A change, with its sign."""

    def render(self, value: Any) -> SafeString:
        return formatting.signed(value, self.digits)


class MoneyColumn(NumberColumn):
    """An amount. ``currency`` is a code, or with ``currency_of`` the accessor of the record's own."""

    def __init__(self, *args: Any, currency: str = "", currency_of: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.currency_of = currency_of

    def render(self, value: Any, record: Any = None) -> SafeString:
        own = tables.A(self.currency_of).resolve(record) if self.currency_of else ""
        return formatting.money(value, own or self.currency, self.digits)


class DayColumn(tables.Column):
    """A date as a distance from today, with the exact one on hover."""

    def render(self, value: Any) -> SafeString:
        return formatting.day(value)

    def value(self, value: Any) -> Any:
        return value


class BandColumn(tables.Column):
    """One of the four states as its mark; ``text`` is the accessor of what stands beside it (a score)."""

    def __init__(self, *args: Any, text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.text = text

    def render(self, value: Any, record: Any) -> SafeString:
        beside = tables.A(self.text).resolve(record, quiet=True) if self.text else None
        return marks.band(str(value), formatting.plain(beside) if beside is not None else None)

    def value(self, value: Any) -> Any:
        return value


class PersonColumn(tables.Column):
    """One of our people: initials and name."""

    def render(self, value: Any) -> SafeString:
        return person(str(value))


@lru_cache(maxsize=formatting.KEPT)
def person(name: str) -> SafeString:
    """Initials and name."""
    return markup(
        '<span class="inline-flex items-center gap-2"><span class="avatar" aria-hidden="true">{}</span>{}</span>',
        formatting.initials(name),
        name,
    )


def _taken(render: Callable[..., Any]) -> frozenset[str] | None:
    """The names that a column's ``render`` is called with; None where it takes whatever there is."""
    parameters = signature(render).parameters
    return None if any(one.kind == one.VAR_KEYWORD for one in parameters.values()) else frozenset(parameters)


def _asking(render: Callable[..., Any], takes: frozenset[str] | None) -> Callable[[Any, Any], Any] | None:
    """How ``render`` is asked for a value and its record; None where it takes more than these."""
    if takes == {"value"}:
        return lambda value, _record: render(value=value)
    if takes == {"record"}:
        return lambda _value, record: render(record=record)
    if takes == {"value", "record"}:
        return lambda value, record: render(value=value, record=record)
    return None


class Cells:
    """One column's cells. What django-tables2 works out for each cell is worked out once: attributes of ``td`` that
    stand fixed, which arguments ``render`` takes, and where the value is found.
    """

    def __init__(self, column: Any, table: Any) -> None:
        self.column, self.table = column, table
        self.opening = f"<td {column.attrs['td'].as_html()}>"
        self.render = column.render
        self.takes = _taken(column.render)
        self.link = column.link
        self.plainly = None if self.link else _asking(column.render, self.takes)
        self.default = f"{self.opening}{escaped(column.default)}</td>"
        self.resolve = attrgetter(str(column.accessor).replace("__", "."))
        self.empty = column.column.empty_values

    def cell(self, row: Any) -> str:
        value = self._value(row.record)
        if value in self.empty:
            return self.default
        shown = self.plainly(value, row.record) if self.plainly else self._shown(value, row)
        return f"{self.opening}{escaped(shown)}</td>"

    def _shown(self, value: Any, row: Any) -> Any:
        given = {
            "value": value,
            "record": row.record,
            "column": self.column.column,
            "bound_column": self.column,
            "bound_row": row,
            "table": self.table,
        }
        shown = self.render(**given if self.takes is None else {name: given[name] for name in self.takes})
        return self.link(shown, **given) if self.link else shown

    def _value(self, record: Any) -> Any:
        """The value as it is stored; None where the way to it ends."""
        try:
            value = self.resolve(record)
        except (AttributeError, ObjectDoesNotExist):
            return None
        return value() if callable(value) else value


class Table(tables.Table):
    """A list in our look. ``rank`` says which columns leave first where the table is narrow: those of
    rank 3 below 960 px of table width, those of rank 2 below 640 (``rank = {"owner": 2, "industry": 3}``)."""

    rank: dict[str, int] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", formatting.EN_DASH)
        if is_money_hidden():  # so it is neither shown nor taken along in a file, and sorts nothing
            kwargs["exclude"] = (*(kwargs.get("exclude") or ()), *self.amounts())
        super().__init__(*args, **kwargs)

    @classmethod
    def amounts(cls) -> list[str]:
        """The names of the columns that hold money."""
        return [name for name, column in cls.base_columns.items() if isinstance(column, MoneyColumn)]

    def body(self) -> SafeString:
        """The rows of the page as HTML, a line each."""
        columns = [Cells(column, self) for column in self.columns]
        rows = ["".join([column.cell(row) for column in columns]) for row in self.paginated_rows]
        return mark_safe("\n".join([f"<tr>{cells}</tr>" for cells in rows]))  # cells are escaped where they are made

    def get_column_class_names(self, classes_set: set[str], bound_column: Any) -> set[str]:
        names = set(classes_set)
        if rank := self.rank.get(bound_column.name):
            names.add(f"col-{rank}")
        return names
