"""A rule as a condition on customers joined with their standing: what lists filter with, on indexes."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, or_
from typing import Any

from django.db.models import BooleanField, Case, DateField, F, FloatField, Func, JSONField, Q, TextField, Value, When
from django.db.models.expressions import Combinable, Expression
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IContains,
    In,
    IsNull,
    IStartsWith,
    LessThan,
    LessThanOrEqual,
)

from customers.domain import standings
from customers.models.measured import as_number, places
from customers.rules.fields import Field
from customers.rules.ops import OPPOSITES, Kind
from customers.rules.tree import Condition, Group, Node, Rule, Saved, Single

NOBODY = Q(pk__in=[])
EVERYBODY = ~NOBODY  # an empty Q() would vanish from an "or"
COMPARE = {"<": LessThan, "<=": LessThanOrEqual, ">": GreaterThan, ">=": GreaterThanOrEqual}
COMPARE |= {"is": Exact, "before": LessThan, "after": GreaterThan}
MEETS: dict[str, Callable[..., bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "is": eq}
MEETS |= {"in": lambda one, many: one in many, "between": lambda one, ends: ends[0] <= one <= ends[1]}
LIKE = {"contains": IContains, "starts_with": IStartsWith}


class _Json(Func):
    """What stands under a key in a column of JSON, as JSON."""

    arg_joiner = " -> "
    template = "(%(expressions)s)"
    output_field = JSONField()


class Placed(Func):
    """The value of a measure, as a number, in an array of all."""

    template = "(%(expressions)s)[%(place)s]"
    output_field: Any = FloatField()

    def __init__(self, key: str, path: str = "standing__measured") -> None:
        # A measure that was never written has no place: nothing stands at 0.
        super().__init__(F(path), place=places().get(key, 0))


class PlacedDate(Placed):
    """The same, of a measure that is a date."""

    template = "(date '1970-01-01' + (%(expressions)s)[%(place)s]::int)"
    output_field = DateField()


class _JsonText(Func):
    """The same, as text."""

    arg_joiner = " ->> "
    template = "(%(expressions)s)"
    output_field = TextField()


def to_q(rule: Rule, day: date) -> Q:
    """The customers that meet ``rule`` by their latest values; ``day`` is what its relative dates count from."""
    return _node(rule.root, day)


def _node(node: Node, day: date) -> Q:
    match node:
        case Condition():
            return _condition(node, day)
        case Group(every, parts):
            conditions = [_node(part, day) for part in parts]
            if not conditions:
                return EVERYBODY if every else NOBODY
            return _all(conditions) if every else reduce(or_, conditions)
        case Saved(_, _, part):
            return _node(part, day)
        case _:
            return _not(_node(node.part, day))


def _all(conditions: list[Q]) -> Q:
    return reduce(and_, conditions)


def _not(condition: Q) -> Q:
    # SQL's own NOT leaves out the rows where the condition is unknown; ours is true for them.
    return Q(Case(When(condition, then=Value(False)), default=Value(True), output_field=BooleanField()))


def _condition(condition: Condition, day: date) -> Q:
    if condition.op in OPPOSITES:
        opposite = Condition(condition.field, OPPOSITES[condition.op], condition.value)
        return _not(_condition(opposite, day))
    present = _present(condition.field)
    if condition.op == "present":
        return present
    found = _compare(condition, day)
    return found & present if _has_default(condition.field) and _default_meets(condition) else found


def _compare(condition: Condition, day: date) -> Q:
    field, op, value = condition.field, condition.op, condition.value
    if op in LIKE:
        return Q(LIKE[op](_as_text(field), value))
    if op == "in":
        return _in(field, value)  # type: ignore[arg-type]
    if op in ("between", "within_next_days", "within_last_days"):
        first, last, upper = _range(op, value, day)
        lower = GreaterThanOrEqual(_column(field), _value(field, first))
        return Q(lower) & Q(upper(_column(field), _value(field, last)))
    return Q(COMPARE[op](_column(field), _value(field, value)))  # type: ignore[arg-type]


def _range(op: str, value: Any, day: date) -> tuple[Single, Single, Callable[..., Any]]:
    if op == "within_next_days":
        return day, day + timedelta(days=value), LessThan
    if op == "within_last_days":
        return day - timedelta(days=value), day, LessThan
    return value[0], value[1], LessThanOrEqual


def _in(field: Field, values: tuple[Single, ...]) -> Q:
    if _is_json(field):
        return reduce(or_, [Q(Exact(_column(field), _value(field, one))) for one in values])
    return Q(In(_column(field), [_value(field, one) for one in values]))


def _is_json(field: Field) -> bool:
    return bool(field.attribute and field.attribute.own)


def _is_placed(field: Field) -> bool:
    return bool(field.measure) and field.name not in standings.COLUMNS


def _has_default(field: Field) -> bool:
    """Whether its column holds a value even where there is none to be known."""
    return bool(field.measure) and field.name in standings.DEFAULTS


def _default_meets(condition: Condition) -> bool:
    """Whether the value that stands where none is known meets it too: else whoever meets it has one of their own."""
    held = standings.DEFAULTS[condition.field.name]
    meets: Callable[..., bool] = MEETS[condition.op]
    return meets(Decimal(held) if condition.field.kind == Kind.NUMBER else held, condition.value)


def _column(field: Field) -> Combinable:
    if field.measure:
        return Placed(field.name) if _is_placed(field) else F(f"standing__{field.name}")
    if _is_json(field):
        return _Json(F("attributes"), Value(field.name))
    return F(f"{field.name}__uid") if field.kind == Kind.CHOICE else F(field.name)


def _as_text(field: Field) -> Combinable:
    return _JsonText(F("attributes"), Value(field.name)) if _is_json(field) else F(field.name)


def _value(field: Field, value: Single) -> Expression:
    if _is_json(field):
        return Value(f"{value}" if isinstance(value, date) else value, output_field=JSONField())
    if _is_placed(field):
        return Value(as_number(field.name, value), output_field=FloatField())
    return Value(Decimal(repr(value)) if isinstance(value, float) else value)


def _present(field: Field) -> Q:
    if field.measure:
        in_column = field.name in standings.COLUMNS and not _has_default(field)
        return Q(IsNull(F(f"standing__{field.name}") if in_column else Placed(field.name), False))
    known = Q(IsNull(_as_text(field) if field.kind == Kind.TEXT else _column(field), False))
    if _is_json(field) and field.kind != Kind.TEXT:
        known = Q(IsNull(_JsonText(F("attributes"), Value(field.name)), False))
    if field.kind == Kind.TEXT:
        known &= Q(GreaterThan(_as_text(field), Value("")))
    return known
