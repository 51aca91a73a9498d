"""A rule as a mask over a frame: the same customers, as of any day."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, cast

import numpy as np

from core.clock import AsOf
from customers.domain import standings
from customers.queries.attributes import with_attributes
from customers.registry import Frame, gather
from customers.rules.fields import ATTRIBUTE, MEASURE
from customers.rules.ops import OPPOSITES, Kind
from customers.rules.tree import Condition, Group, Node, Rule, Saved

Mask = np.ndarray
COMPARE: dict[str, Callable[..., Mask]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "is": np.equal,
    "before": np.less,
    "after": np.greater,
}


def matching(rule: Rule, at: AsOf, customers: Sequence[int] | None = None, *, by_today: bool = False) -> np.ndarray:
    """The ids, sorted, of the customers (of ``customers``, if given) that meet ``rule`` as of ``at``.

    ``by_today`` reads today's attributes instead of those of then. Raises NotReplayable for an outcome without it.
    """
    frame = frame_for(rule, at, customers, by_today=by_today)
    return frame.ids[mask(rule, frame)]


def frame_for(rule: Rule, at: AsOf, customers: Sequence[int] | None = None, *, by_today: bool = False) -> Frame:
    """All that ``rule`` reads: measures under their key, attributes under ``attribute.`` and theirs."""
    measures = sorted(key.removeprefix(MEASURE) for key in rule.keys if key.startswith(MEASURE))
    attributes = sorted(key for key in rule.keys if key.startswith(ATTRIBUTE))
    frame = gather(at, measures, customers)
    return with_attributes(frame, attributes, customers, by_today=by_today)


def mask(rule: Rule, frame: Frame) -> Mask:
    """For which customers of ``frame`` the rule is met: a mask beside its ids.

    The frame holds what the rule reads, as ``frame_for`` gives it; KeyError otherwise.
    """
    return _node(rule.root, frame)


def _node(node: Node, frame: Frame) -> Mask:
    match node:
        case Condition():
            return _condition(node, frame)
        case Group(every, parts):
            masks = [_node(part, frame) for part in parts]
            combine = np.logical_and if every else np.logical_or
            return combine.reduce(masks) if masks else np.full(len(frame), every)
        case Saved(_, _, part):
            return _node(part, frame)
        case _:
            return ~_node(node.part, frame)


def _condition(condition: Condition, frame: Frame) -> Mask:
    if condition.op in OPPOSITES:
        return ~_condition(Condition(condition.field, OPPOSITES[condition.op], condition.value), frame)
    name = condition.field.name if condition.field.measure else condition.field.key
    known = frame.measured(name)
    met = np.zeros(len(frame), dtype=bool)
    if condition.op == "present":
        return known
    column = standings.kept(name, frame[name]) if condition.field.measure else frame[name]
    met[known] = _met(condition, column[known], frame.at.day)
    return met


def _met(condition: Condition, column: np.ndarray, day: date) -> Mask:
    op, value = condition.op, cast(Any, condition.value)  # of the shape and type that the parser checked
    if condition.field.kind in (Kind.TEXT, Kind.CHOICE):
        return _words(op, column, value)
    if condition.field.kind == Kind.DATE:
        return _days(op, column, value, day)
    if op == "in":
        return np.isin(column, np.array(value))
    if op == "between":
        first, last = value
        return (column >= first) & (column <= last)
    return COMPARE[op](column, value)


def _words(op: str, column: np.ndarray, value: str | tuple[str, ...]) -> Mask:
    if op in ("is", "in"):
        wanted = {value} if isinstance(value, str) else set(value)
        found = (one in wanted for one in column)
    else:
        part = str(value).upper()
        found = (part in one.upper() if op == "contains" else one.upper().startswith(part) for one in column)
    return np.fromiter(found, dtype=bool, count=len(column))


def _days(op: str, column: np.ndarray, value: Any, day: date) -> Mask:
    today = np.datetime64(day, "D")
    if op == "within_next_days":
        return (column >= today) & (column < today + np.timedelta64(int(value), "D"))
    if op == "within_last_days":
        return (column >= today - np.timedelta64(int(value), "D")) & (column < today)
    if op == "between":
        first, last = (np.datetime64(one, "D") for one in value)
        return (column >= first) & (column <= last)
    return COMPARE[op](column, np.datetime64(value, "D"))
