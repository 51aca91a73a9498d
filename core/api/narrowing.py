"""The filters of a list as parameters of the API: what a page can be narrowed by, a program can ask."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

import django_filters
from rest_framework import serializers

from core.lists.filters import ListFilter, Named

LONGEST = 200
Query = TypeVar("Query", bound=serializers.Serializer[Any])


def parameters(filters: type[ListFilter], *names: str, beside: type[Query]) -> type[Query]:
    """A query with the parameters of ``beside`` and those of ``filters`` that are named."""
    fields = {name: _field(filters.base_filters[name]) for name in names}
    return type(f"{filters.__name__}Query", (beside,), fields)


class Narrowed:
    """A view whose parameters are filters of a list, by their ``names``. To stand before the view's other bases."""

    filters: ClassVar[type[ListFilter]]
    names: ClassVar[Iterable[str]]

    def narrowed(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = super().narrowed(rows, asked)  # type: ignore[misc]
        for name in self.names:
            if name in asked:
                rows = self._by(name, rows, asked[name])
        return rows

    def _by(self, name: str, rows: Any, value: Any) -> Any:
        narrow = self.filters.base_filters[name]
        # A day, an id or a word is asked as it is; what a page writes into a form is that, too.
        return narrow.filter(rows, value)


def _field(narrow: django_filters.Filter) -> Any:
    """The parameter that a filter is: of a closed set of values where it has one."""
    words = f"{narrow.extra.get('help_text') or ''}"
    if isinstance(narrow, Named):
        return serializers.UUIDField(required=False) if narrow.uids else _text(words)
    if isinstance(narrow, django_filters.ChoiceFilter):
        return serializers.ChoiceField(choices=narrow.extra["choices"], required=False, help_text=words)
    if isinstance(narrow, django_filters.BooleanFilter):
        return serializers.BooleanField(required=False, help_text=words)
    if isinstance(narrow, django_filters.DateFilter):
        return serializers.DateField(required=False, help_text=words)
    return _text(words)


def _text(words: str) -> Any:
    return serializers.CharField(required=False, max_length=LONGEST, help_text=words)
