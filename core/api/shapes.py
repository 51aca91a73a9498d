"""Rows of a list as they are said, without what a serializer does for each of them anew."""

from collections.abc import Callable
from functools import cached_property
from operator import attrgetter
from typing import Any

from rest_framework import serializers


class Rowwise:
    """For a serializer of rows whose fields are plain attributes: looked up once for all rows. To stand before it."""

    fields: Any

    @cached_property
    def _parts(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
        return [(name, attrgetter(one.source), one.to_representation) for name, one in self.fields.items()]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        values = ((name, get(instance), say) for name, get, say in self._parts)
        return {name: None if value is None else say(value) for name, value, say in values}


class Row(Rowwise, serializers.Serializer[Any]):
    """A serializer of rows whose fields are plain attributes."""
