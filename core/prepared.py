"""Reads whose statement is put together once.

A page asks the same statements in every click, with other values. To make the text of one takes Django longer than the
database takes to answer it, so the text is kept, and what a read is called with is put into its places.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from itertools import count
from typing import Any, Final, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

from core.clock import AsOf

Asked = ParamSpec("Asked")
Found = TypeVar("Found", bound=Model)

MOST: Final = 200  # statements of one read: one for each number of values in a tuple
# Where the values begin with which a statement is put together: a prime apart, so that no remainder hides that one of
# them was reckoned with.
SAMPLES: Final = (1_000, 1_000 + 499_979)
BIG: Final = 1_000_000_000  # beyond any number that a statement has of its own


def prepared(read: Callable[Asked, QuerySet[Found]]) -> Callable[Asked, list[Found]]:
    """What ``read`` reads, as a list. The queryset is made once for all calls of one shape.

    ``read`` takes whole numbers, days, `AsOf`, words, yes and no, and tuples of these; numbers and days are the
    statement's values as they are. Raises ValueError for a statement that is decided by anything else: by a value made
    of those, or by a day that was not given, which would be another one tomorrow. TypeError for other arguments.
    """
    kept: dict[Hashable, Statement] = {}

    @wraps(read)
    def ask(*args: Asked.args, **named: Asked.kwargs) -> list[Found]:
        values: list[Any] = []
        shape = (_shape(args, values), tuple((name, _shape(one, values)) for name, one in named.items()))
        statement = kept.get(shape)
        if statement is None:
            if len(kept) >= MOST:
                kept.clear()
            statement = kept[shape] = _put_together(read, args, named)
        return statement.rows(values)

    return ask


@dataclass(frozen=True, slots=True)
class Place:
    """Where the value of this number stands."""

    number: int


@dataclass(frozen=True, slots=True)
class Statement:
    compiler: SQLCompiler
    sql: str
    params: Sequence[Any]

    def rows(self, values: Sequence[Any]) -> list[Any]:
        params = tuple(values[one.number] if isinstance(one, Place) else one for one in self.params)
        compiler: Any = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *_args, **_named: (self.sql, params)
        made: Any = _Made(compiler)
        return list(ModelIterable(made))


class _Made:
    """As much of a queryset as its rows are read by."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: Mapping[Any, Any] = {}

    def __init__(self, compiler: SQLCompiler) -> None:
        self.compiler = compiler

    @property
    def query(self) -> "_Made":
        return self

    def get_compiler(self, using: str) -> SQLCompiler:
        return self.compiler


def _put_together(read: Callable[..., QuerySet[Any]], args: Any, named: Mapping[str, Any]) -> Statement:
    """By two samples: where they differ stand the values."""
    one, other = (_sample(read, args, named, count(first)) for first in SAMPLES)
    if one.sql != other.sql:
        raise ValueError(f"{read.__qualname__}: its text is decided by a value")
    pairs = zip(one.params, other.params, strict=True)
    places = [_place(read, pair, one.values, other.values) for pair in pairs]
    return Statement(one.compiler, one.sql, places)


@dataclass(frozen=True, slots=True)
class _Sample:
    compiler: SQLCompiler
    sql: str
    params: Sequence[Any]
    values: Sequence[Any]


def _sample(read: Callable[..., QuerySet[Any]], args: Any, named: Mapping[str, Any], numbers: Iterator[int]) -> _Sample:
    values: list[Any] = []
    made = _other(args, numbers), {name: _other(one, numbers) for name, one in named.items()}
    _shape(made[0], values)
    for value in made[1].values():
        _shape(value, values)
    compiler = read(*made[0], **made[1]).query.get_compiler(using=DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    return _Sample(compiler, sql, params, values)


def _place(read: Any, pair: tuple[Any, Any], values: Sequence[Any], others: Sequence[Any]) -> Any:
    one, other = pair
    if one in values and others[values.index(one)] == other:
        return Place(values.index(one))
    if one != other:
        raise ValueError(f"{read.__qualname__}: it makes a value of what it is given")
    if isinstance(one, date):
        raise ValueError(f"{read.__qualname__}: {one} was not given to it")
    return one


def _shape(value: Any, values: list[Any]) -> Hashable:
    """What tells two statements apart; the numbers and days go into ``values``."""
    match value:
        case bool() | None:
            return value
        case str():
            return ("said", value)  # beside the names of kinds, which are words too
        case datetime():
            raise TypeError(f"{value} is no day")
        case int() | date():
            values.append(value)
            return type(value).__name__
        case AsOf():
            values += (value.day, value.known_on)
            return AsOf
        case tuple():
            return tuple([_shape(one, values) for one in value])
    raise TypeError(f"{value!r} can't be a value of a prepared read")


def _other(value: Any, numbers: Iterator[int]) -> Any:
    """The same with other numbers and days."""
    match value:
        case bool() | None | str():
            return value
        case int():
            return BIG + next(numbers)
        case date():
            return date.fromordinal(next(numbers))
        case AsOf():
            return AsOf(date.fromordinal(next(numbers)), date.fromordinal(next(numbers)))
    return tuple([_other(one, numbers) for one in value])
