"""Rows of a list as they are said, without what a serializer does for each of them anew."""

from collections.abc import Callable
from datetime import date
from decimal import Context, Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any

from rest_framework import serializers


class Row(serializers.Serializer[Any]):
    """A serializer of rows: how their fields are read and said is found out once for all of them."""

    @cached_property
    def _parts(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
        return [(f"{one.field_name}", _read_by(one), _said_by(one)) for one in self._readable_fields]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        values = ((name, get(instance), say) for name, get, say in self._parts)
        return {name: None if value is None else say(value) for name, value, say in values}


def _read_by(one: serializers.Field[Any, Any, Any, Any]) -> Callable[[Any], Any]:
    name = f"{one.source}"
    is_plain = name.isidentifier() and not isinstance(one, serializers.RelatedField)
    return attrgetter(name) if is_plain else one.get_attribute


def _said_by(one: serializers.Field[Any, Any, Any, Any]) -> Callable[[Any], Any]:
    """How a field says a value: an amount without a context made anew for each, a day without asking what it is."""
    if type(one) is serializers.DecimalField:
        places, context = Decimal(1).scaleb(-(one.decimal_places or 0)), Context(prec=one.max_digits or 28)
        return lambda amount: f"{amount.quantize(places, context=context):f}"
    return date.isoformat if type(one) is serializers.DateField else one.to_representation
