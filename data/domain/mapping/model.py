from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MappingError(Exception):
    """The mapping can't be understood. The message says where, and what is expected there."""


class EndMeans(StrEnum):
    """What the end column of subscriptions is: the end of the business, the end of its term, or both."""

    CANCELLATION = "cancellation"
    TERM = "term"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Constant:
    value: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of the file (``join.column`` of a joined one, or a derived name), and what is done with its text."""

    column: str
    values: Mapping[str, str] | None = None
    otherwise: str | None = None
    format: str = ""
    month_end: bool = False
    day: bool = False
    decimal: str = ""
    times: "Expression | None" = None


@dataclass(frozen=True, slots=True)
class Text:
    """Words with ``{columns}`` in them."""

    parts: tuple["str | Cell", ...]


Expression = Constant | Cell | Text


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a row. ``column`` is compared as text: ISO dates come out right."""

    column: str = ""
    is_in: tuple[str, ...] | None = None
    is_not: str | None = None
    empty: bool | None = None
    before: str = ""
    since: str = ""
    same_as: str = ""
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows that are dropped, or only remarked upon, and the words for it."""

    when: tuple[Condition, ...]
    words: str
    drop: bool


@dataclass(frozen=True, slots=True)
class Join:
    """Another file's row with the same ``theirs`` as our row's ``ours``; of several, the least value of each column."""

    file: str
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """How the rows of one file become rows of one noun."""

    noun: str
    file: str
    columns: Mapping[str, Expression]
    attributes: Mapping[str, Expression] = field(default_factory=dict)
    natures: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, Expression] = field(default_factory=dict)
    joins: Mapping[str, Join] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    keep_first: tuple[str, ...] = ()
    add_up: bool = False
    end_means: EndMeans | None = None
    leave_out: tuple[str, ...] = ()

    def named(self) -> Iterator[str]:
        """Every column that is named, of this file (``column``) or of a joined one (``join.column``)."""
        for expression in (*self.columns.values(), *self.attributes.values(), *self.derived.values()):
            yield from names_in(expression)
        for rule in self.rules:
            for one in rule.when:
                yield from filter(None, (one.column, one.before, one.since, one.same_as, *one.repeated))
        for join in self.joins.values():
            yield from (ours for ours, _theirs in join.on)


def names_in(expression: Expression) -> Iterator[str]:
    """The columns that an expression reads."""
    if isinstance(expression, Cell):
        yield expression.column
        if expression.times:
            yield from names_in(expression.times)
    elif isinstance(expression, Text):
        yield from (part.column for part in expression.parts if isinstance(part, Cell))


@dataclass(frozen=True, slots=True)
class FileMapping:
    source: str
    label: str
    tables: tuple[Table, ...]
