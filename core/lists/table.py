"""Columns of a list: what is shown, what it is sorted by, and how all of it becomes a file."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.markup import markup
from core.tables import DayColumn, MoneyColumn, NumberColumn, PercentColumn, Table

TICK = "tick"
FIRST_MOST: dict[str, Any] = {"initial_sort_descending": True}


class Sorted:
    """A column whose rows without a value come last in both directions, equal ones in a fixed order."""

    sorts = ""

    def order(self, rows: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        path = self.sorts or path_of(self)
        last = True if _may_be_empty(rows, path) else None  # what is never empty is read from its index, either way
        key = F(path).desc(nulls_last=last) if is_descending else F(path).asc(nulls_last=last)
        return rows.order_by(key, "-pk" if is_descending else "pk"), True


def _may_be_empty(rows: QuerySet[Any], path: str) -> bool:
    own = {field.attname: field.null for field in rows.model._meta.concrete_fields}
    return own.get(path, True)


class TextSorted(Sorted, tables.Column): ...


class NumberSorted(Sorted, NumberColumn): ...


class PercentSorted(Sorted, PercentColumn): ...


class MoneySorted(Sorted, MoneyColumn): ...


class DaySorted(Sorted, DayColumn): ...


class NameColumn(Sorted, tables.Column):
    """A customer by name, with the way to its page. The accessor leads to the customer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sorts = f"{path_of(self)}__name"

    def render(self, value: Any) -> SafeString:
        return markup('<a href="{}" data-row>{}</a>', value.get_absolute_url(), value)


class LabelColumn(TextSorted):
    """A value from a list of choices, by its label."""

    def __init__(self, *args: Any, labels: Iterable[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = dict(labels)

    def render(self, value: Any, record: Any = None) -> str:
        return str(self.labels.get(path_value(record, self), value))


class TickColumn(tables.Column):
    """A box to tick the row, sent under ``name`` with the form of the bar beneath the list."""

    def __init__(self, name: str) -> None:
        edge = {"class": "tick-cell"}
        super().__init__(accessor="uid", orderable=False, verbose_name="", attrs={"td": edge, "th": edge})
        self.name = name

    @property
    def header(self) -> SafeString:
        return markup('<input type="checkbox" data-tick="all" aria-label="{}">', _("Tick all on this page"))

    def render(self, value: Any, record: Any) -> SafeString:
        return markup(
            '<input type="checkbox" form="bulk" name="{}" value="{}" aria-label="{}">',
            self.name,
            value,
            _("Tick %(customer)s") % {"customer": record},
        )


class ListTable(Table):
    """All columns of a list. ``LEAD`` and ``USUAL`` are shown unless others are chosen.

    ``KEPT_AT`` says where in the database a column's values are, where its accessor does not; ``TICKS`` is the name
    under which ticked rows are sent.
    """

    LEAD: ClassVar[str]
    USUAL: ClassVar[tuple[str, ...]]
    KEPT_AT: ClassVar[dict[str, tuple[str, ...]]] = {}
    TICKS: ClassVar[str] = ""

    class Meta:
        order_by_field = "sort"
        attrs = {"class": "table"}

    def __init__(self, *args: Any, ticks: bool = False, **kwargs: Any) -> None:
        tick = {"extra_columns": [(TICK, TickColumn(self.TICKS))], "sequence": (TICK, "...")}
        super().__init__(*args, **(tick if ticks and self.TICKS else {}), **kwargs)
        self.ticks = ticks

    def sheet(self) -> Iterator[list[Any]]:
        """All rows of the list, not its page alone: a line of headings, then values as they are kept."""
        columns = [(column, path) for column in self.columns if column.name != TICK for path in self.kept_at(column)]
        yield [_("Id"), *(self.heading(column, path) for column, path in columns)]
        for uid, *values in self.data.data.values_list("uid", *(path for _column, path in columns)):
            yield [uid, *(self.kept(column, value) for (column, _path), value in zip(columns, values, strict=True))]

    def kept_at(self, column: Any) -> tuple[str, ...]:
        """Where the values of a column are kept."""
        return self.KEPT_AT.get(column.name, (getattr(column.column, "sorts", "") or path_of(column),))

    def heading(self, column: Any, path: str) -> str:
        """What a column is called in a file."""
        return str(column.column.verbose_name or column.verbose_name)

    def kept(self, column: Any, value: Any) -> Any:
        """A value as a file holds it."""
        return value

    @classmethod
    def chosen(cls, *asked: Iterable[str]) -> list[str]:
        """The columns to show: of the first of ``asked`` that names any, those that there are, else the usual ones.
        The lead always."""
        known = ([name for name in cls.base_columns if name in set(names)] for names in asked)
        found = next((names for names in known if names), [*cls.USUAL])
        return [cls.LEAD, *(name for name in found if name != cls.LEAD)]

    @classmethod
    def choices(cls, chosen: Iterable[str]) -> list[tuple[str, Any, bool]]:
        """All columns but the lead: key, heading, and whether it is shown."""
        wanted = set(chosen)
        columns = ((name, column.verbose_name) for name, column in cls.base_columns.items() if name != cls.LEAD)
        return [(name, heading, name in wanted) for name, heading in columns]

    @classmethod
    def hidden(cls, chosen: Iterable[str]) -> list[str]:
        return [name for name in cls.base_columns if name not in set(chosen)]


def path_of(column: Any) -> str:
    """The way to a column's values, as the database reads it."""
    return str(column.accessor or getattr(column, "name", "")).replace(".", "__")


def path_value(record: Any, column: Any) -> Any:
    return tables.A(str(column.accessor)).resolve(record, quiet=True)
