"""Values of measures as one array of numbers: a row stays narrow, and to look at one value costs no search."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models

from customers.registry import MEASURES, Type

EPOCH = date(1970, 1, 1)


class MeasurePlace(models.Model):
    """Where in an array the values of a measure stand: at its ``id``. Given once and never to another one."""

    key = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return f"{self.key} at {self.pk}"


_places: dict[str, dict[str, int]] = {}  # by database


def places(keys: Iterable[str] = ()) -> dict[str, int]:
    """The place of every measure, counted from 1. Those of ``keys`` that have none get one."""
    name = str(connection.settings_dict["NAME"])
    known = _places.setdefault(name, {})
    if not known:
        known |= _stored()
    if new := [key for key in keys if key not in known]:
        MeasurePlace.objects.bulk_create([MeasurePlace(key=key) for key in new], ignore_conflicts=True)
        known |= _stored()
    return known


def _stored() -> dict[str, int]:
    return dict(MeasurePlace.objects.values_list("key", "pk"))


def as_number(key: str, value: Any) -> float | None:
    """A value as its array holds it: a date as days since 1970, yes as 1, of choices the number. Raises ValueError."""
    if value is None or isinstance(value, int | float | Decimal):
        return None if value is None else float(value)
    choices = _choices(key)
    if value in choices:
        return float(choices.index(value))
    return float((date.fromisoformat(f"{value}") - EPOCH).days)


def as_value(key: str, number: float | None) -> Any:
    """The same back: dates as ISO text, yes/no as booleans, whole numbers as int."""
    if number is None:
        return None
    type = MEASURES[key].type if key in MEASURES else Type.NUMBER
    if type == Type.DATE:
        return f"{EPOCH + timedelta(days=int(number))}"
    if type == Type.CHOICE:
        return _choices(key)[int(number)]
    if type == Type.YES_NO:
        return bool(number)
    return int(number) if float(number).is_integer() else number


def _choices(key: str) -> Sequence[str]:
    return [value for value, _label in MEASURES[key].choices] if key in MEASURES else []


class MeasuredField(models.Field[Any, Any]):
    """A dict of values by the key of their measure; what is missing is absent."""

    def db_type(self, connection: Any) -> str:
        return "double precision[]"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::double precision[]"

    def from_db_value(self, value: Sequence[float | None] | None, expression: Any, connection: Any) -> dict[str, Any]:
        numbers = value or ()
        return {
            key: as_value(key, number)
            for key, place in places().items()
            if place <= len(numbers) and (number := numbers[place - 1]) is not None
        }

    def get_prep_value(self, value: Any) -> Any:
        return _array(value) if isinstance(value, Mapping) else super().get_prep_value(value)


def _array(values: Mapping[str, Any]) -> list[float | None]:
    known = places(values)
    numbers: list[float | None] = [None] * max(known.values(), default=0)
    for key, value in values.items():
        numbers[known[key] - 1] = as_number(key, value)
    return numbers
