from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from customers.rules.fields import Field

Single = str | float | bool | date
Value = Single | tuple[Single, ...] | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing said of one field. ``value`` is typed by the field: float, date, bool, text, or a tuple of such."""

    field: Field
    op: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Group:
    """All of its parts, or any of them. Without parts: everybody, or nobody."""

    every: bool
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved filter, named by its uid: what it said when the rule was read stands in ``part``."""

    uid: str
    name: str
    part: "Node"


Node = Condition | Group | Not | Saved


@dataclass(frozen=True, slots=True)
class Rule:
    """A checked rule, and the data that it was read from."""

    root: Node
    data: Mapping[str, Any]

    @property
    def conditions(self) -> list[Condition]:
        return list(_conditions(self.root))

    @property
    def keys(self) -> frozenset[str]:
        """The keys it reads: ``attribute.industry``, ``measure.score``."""
        return frozenset(condition.field.key for condition in self.conditions)


def _conditions(node: Node) -> Iterator[Condition]:
    match node:
        case Condition():
            yield node
        case Not(part) | Saved(_, _, part):
            yield from _conditions(part)
        case Group(_, parts):
            for part in parts:
                yield from _conditions(part)
