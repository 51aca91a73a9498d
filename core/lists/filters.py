"""What a list can be narrowed by. Its page draws it, its files and the API ask by it."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from core import formatting
from core.forms import Select
from core.lists.paging import CappedPaginator

COUNTED = CappedPaginator.CAP  # beyond so many rows it is not counted how many there are of each kind
COUNTS_LAST = 300
UNSET = (None, "")
Counts = dict[str, dict[str, int]]  # by filter, then by choice


class Named(django_filters.ChoiceFilter):
    """One of what there is at the moment: ``named`` gives keys and names for who asks. ``uids``: the keys are ids."""

    def __init__(self, *args: Any, named: Any, uids: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named, self.uids = named, uids


class DayFilter(django_filters.DateFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class YesNo(django_filters.BooleanFilter):
    """``either``, ``yes`` and ``no`` are the words to choose among."""

    def __init__(self, *args: Any, either: Any, yes: Any, no: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairs = [("", either), ("true", yes), ("false", no)]


class ListFilter(django_filters.FilterSet):
    """``FIRST`` stand in the toolbar, ``FURTHER`` are folded away. ``FACETS`` are counted by the path that they are
    kept at. ``SEARCHED`` are the texts that words are looked for in.
    """

    FIRST: ClassVar[tuple[str, ...]] = ("q",)
    FURTHER: ClassVar[tuple[str, ...]] = ()
    FACETS: ClassVar[Mapping[str, str]] = {}
    SEARCHED: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, user: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.today = user, today

    @cached_property
    def form(self) -> Any:
        """The form in the look of a toolbar: no field larger than it must be."""
        for one in self.filters.values():
            if isinstance(one, Named):
                one.extra["choices"] = list(one.named(self.user))
        form = super().form
        for name, field in form.fields.items():
            if isinstance(field.widget, forms.Select):
                field.widget = Select(choices=self.pairs(name) or field.widget.choices)
            field.widget.attrs["class"] = "input input-small"
        if "q" in form.fields:
            form.fields["q"].widget.attrs |= {"type": "search", "placeholder": form.fields["q"].label}
        return form

    def pairs(self, name: str) -> list[tuple[Any, Any]]:
        """The choices of a field as values, where its objects would take too long."""
        return getattr(self.filters[name], "pairs", [])

    def find(self, rows: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        return rows.filter(containing(words, self.SEARCHED))

    def of_saved(self, rows: QuerySet[Any], saved: Any) -> QuerySet[Any]:
        """The rows that a saved filter means. What it raises says why the filter can't be read."""
        raise LookupError

    @property
    def cleaned(self) -> dict[str, Any]:
        if not self.form.is_bound:
            return {}
        self.form.is_valid()
        return dict(self.form.cleaned_data)

    @property
    def narrowing(self) -> list[str]:
        """The names of the filters that are set."""
        return [name for name, value in self.cleaned.items() if value not in UNSET]

    @property
    def first(self) -> list[Any]:
        return [self.form[name] for name in self.FIRST]

    @property
    def folded(self) -> list[Any]:
        return [self.form[name] for name in self.FURTHER]

    @property
    def further(self) -> int:
        """How many filters are set among those that are folded away."""
        return len({*self.FURTHER} & {*self.narrowing})

    def count(self, kept_as: str, *, many: bool = False) -> None:
        """Say beside each choice how many rows there are of it, the other filters being as they are.

        What is counted over everything is kept under ``kept_as`` for some minutes. ``many``: the rows that the filters
        leave are known to be too many.
        """
        found = counts_of(self, kept_as, many=many)
        for name, counted in found.items():
            widget: Any = self.form.fields[name].widget
            widget.choices = [(key, _with(label, counted, key)) for key, label in widget.choices]

    def without(self, name: str) -> QuerySet[Any]:
        """The rows that all filters but this one leave."""
        rows = self.queryset.all()
        for other, value in self.cleaned.items():
            if other != name:
                rows = self.filters[other].filter(rows, value)
        return rows


def containing(words: str, paths: Iterable[str]) -> Q:
    """Rows that have these words in one of their texts."""
    # Fewer than three letters make no trigram: then the beginning is meant.
    how = "icontains" if len(words) > 2 else "istartswith"
    found = Q()
    for path in paths:
        found |= Q(**{f"{path}__{how}": words})
    return found


def counts_of(filters: ListFilter, kept_as: str, *, many: bool = False) -> Counts:
    """How many rows there are of each choice: of all facets that are not set in one statement, of the others in one
    each. Facets of too many rows are left out, and all of them in a search, which each count would do over again."""
    if "q" in filters.narrowing:
        return {}
    free = {name: path for name, path in filters.FACETS.items() if name not in filters.narrowing}
    found = _free(filters, free, kept_as) if free and not (many and filters.narrowing) else {}
    for name, path in filters.FACETS.items():
        if name not in free:
            found |= _counted(filters.without(name), {name: path}, COUNTED)
    return found


def _free(filters: ListFilter, paths: Mapping[str, str], kept_as: str) -> Counts:
    if filters.narrowing:
        return _counted(filters.without(""), paths, COUNTED)
    if (known := cache.get(kept_as)) is not None:
        return known
    if found := _counted(filters.queryset, paths, COUNTED):
        return found
    everything = _counted(filters.queryset, paths, None)
    cache.set(kept_as, everything, COUNTS_LAST)
    return everything


def _counted(rows: QuerySet[Any], paths: Mapping[str, str], most: int | None) -> Counts:
    """Rows by each of ``paths``, in one statement; nothing where there are more than ``most``."""
    columns = [f"c{place}" for place in range(len(paths))]
    narrow = rows.order_by().values_list(*paths.values())
    try:
        inner, values = (narrow[: most + 1] if most else narrow).query.sql_with_params()
    except EmptyResultSet:
        return {name: {} for name in paths}
    named, sets = ", ".join(columns), ", ".join(f"({column})" for column in columns)
    statement = (
        f"SELECT {named}, GROUPING({named}), count(*) FROM ({inner}) AS found ({named}) GROUP BY GROUPING SETS ({sets})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return _by_name(cursor.fetchall(), [*paths], most)


def _by_name(grouped: Iterable[tuple[Any, ...]], names: list[str], most: int | None) -> Counts:
    found: Counts = {name: {} for name in names}
    for *values, grouping, count in grouped:
        place = next(place for place in range(len(names)) if not grouping >> (len(names) - 1 - place) & 1)
        found[names[place]][f"{values[place]}"] = count
    too_many = most is not None and any(sum(counts.values()) > most for counts in found.values())
    return {} if too_many else found


def _with(label: str | Promise, counted: Mapping[Any, int], key: Any) -> str | Promise:
    return f"{label} · {formatting.plain(counted.get(f'{key}', 0))}" if key not in UNSET else label
