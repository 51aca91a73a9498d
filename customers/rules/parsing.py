import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from customers.models import SavedFilter
from customers.rules.fields import Field, fields_of
from customers.rules.ops import OPS, Kind, Op, Takes
from customers.rules.saved import filters_in
from customers.rules.tree import Condition, Group, Node, Not, Rule, Saved, Single, Value

DEPTH = 10
CONDITIONS = 200
VALUES = 500
DAYS = 36_525
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class RuleError(ValidationError):
    """What is wrong with a rule, and where: ``path`` is like ``all[1].any[0]``, '' for the whole."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        super().__init__(f"{path}: {message}" if path else message, code="rule")

    def __str__(self) -> str:
        return str(self.message)


def parse(data: Any, *, user: User | None = None) -> Rule:
    """Read a rule from its JSON. Raises RuleError naming the path, key and operator of what is wrong.

    With ``user``, also for a measure that they may not see.
    """
    return Rule(reader_of(data, user).node(data, "", 0), data)


def reader_of(data: Any, user: User | None = None) -> "Reader":
    """What reads ``data``: it knows the fields and the saved filters that are named anywhere in it."""
    saved = filters_in(data)
    known = fields_of(key for part in (data, *(one.rule for one in saved.values())) for key in keys_of(part))
    return Reader(known, saved, user)


class Reader:
    def __init__(self, fields: Mapping[str, Field], saved: Mapping[str, SavedFilter], user: User | None) -> None:
        self.fields, self.saved, self.user, self.count = fields, saved, user, 0
        self.inside: list[str] = []

    def node(self, data: Any, path: str, depth: int) -> Node:
        if not isinstance(data, Mapping):
            raise RuleError(path, _("Expected a group or a condition, got %(got)s.") % {"got": type(data).__name__})
        if depth > DEPTH:
            raise RuleError(path, _("Groups are nested more than %(depth)s deep.") % {"depth": DEPTH})
        if "key" in data:
            return self.condition(data, path)
        if set(data) == {"filter"}:
            return self.filter(data["filter"], path, depth)
        if len(data) != 1 or next(iter(data)) not in ("all", "any", "not"):
            raise RuleError(path, _("Expected one of “all”, “any”, “not”, “filter”, or a condition with a “key”."))
        ((word, inner),) = data.items()
        below = f"{path}.{word}" if path else word
        if word == "not":
            return Not(self.node(inner, below, depth + 1))
        if not isinstance(inner, list):
            raise RuleError(below, _("Expected a list of conditions."))
        return Group(word == "all", tuple(self.node(part, f"{below}[{n}]", depth + 1) for n, part in enumerate(inner)))

    def filter(self, uid: Any, path: str, depth: int) -> Node:
        saved = self.saved.get(uid) if isinstance(uid, str) else None
        if saved is None or not self.may_see(saved):
            raise RuleError(path, _("There is no such saved filter, or it is not shared with you."))
        if uid in self.inside:
            raise RuleError(path, _("The filter “%(name)s” would name itself.") % {"name": saved.name})
        self.inside.append(uid)
        part = self.node(saved.rule, path, depth + 1)
        self.inside.pop()
        return Saved(uid, saved.name, part)

    def may_see(self, saved: SavedFilter) -> bool:
        # What a filter that one may see names in its turn, one may use through it.
        if self.user is None or self.inside:
            return True
        return SavedFilter.objects.visible_to(self.user).filter(pk=saved.pk).exists()

    def condition(self, data: Mapping[str, Any], path: str) -> Condition:
        self.count += 1
        if self.count > CONDITIONS:
            raise RuleError(path, _("There are more than %(count)s conditions.") % {"count": CONDITIONS})
        if unknown := set(data) - {"key", "op", "value"}:
            raise RuleError(path, _("“%(word)s” means nothing here.") % {"word": min(unknown)})
        field, op = self.field(data["key"], path), self.op(data, path)
        if field.kind not in op.kinds:
            raise RuleError(path, _("“%(key)s” can't be asked with “%(op)s”.") % {"key": field.key, "op": op.key})
        if op.takes == Takes.NOTHING and "value" in data:
            raise RuleError(path, _("“%(op)s” takes no value.") % {"op": op.key})
        try:
            return Condition(field, op.key, _value(field, op, data.get("value")))
        except ValueError as error:
            raise RuleError(path, f"{field.key} {op.key}: {error}") from error

    def field(self, key: Any, path: str) -> Field:
        field = self.fields.get(key) if isinstance(key, str) else None
        if field is None:
            raise RuleError(path, _("There is no attribute or measure “%(key)s”.") % {"key": key})
        if self.user is not None and not field.is_seen_by(self.user):
            raise RuleError(path, _("You may not use “%(key)s”.") % {"key": key})
        return field

    def op(self, data: Mapping[str, Any], path: str) -> Op:
        given = data.get("op")
        if not isinstance(given, str) or given not in OPS:
            raise RuleError(path, _("“%(key)s”: there is no operator “%(op)s”.") % {"key": data["key"], "op": given})
        return OPS[given]


def keys_of(data: Any, depth: int = 0) -> Iterator[str]:
    """Every key that a rule's data speaks of, whether the rule is good or not."""
    if isinstance(data, list) and depth <= 2 * DEPTH + 2:
        for part in data:
            yield from keys_of(part, depth + 1)
    elif isinstance(data, Mapping) and depth <= 2 * DEPTH + 2:
        if isinstance(data.get("key"), str):
            yield data["key"]
        else:
            yield from keys_of([*data.values()], depth)


def _value(field: Field, op: Op, given: Any) -> Value:
    if op.takes == Takes.NOTHING:
        return None
    if op.takes == Takes.DAYS:
        return _days(given)
    if op.takes == Takes.ONE:
        return _single(field, given)
    if not isinstance(given, list) or not 0 < len(given) <= VALUES:
        raise ValueError(_("expected a list of 1 to %(most)s values") % {"most": VALUES})
    values = tuple(_single(field, one) for one in given)
    return _pair(values) if op.takes == Takes.PAIR else values


def _pair(values: tuple[Single, ...]) -> tuple[Single, ...]:
    if len(values) != 2:
        raise ValueError(_("expected two values"))
    if values[0] > values[1]:  # type: ignore[operator]
        raise ValueError(_("the first value is above the second"))
    return values


def _days(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 < given <= DAYS:
        raise ValueError(_("expected a number of days from 1 to %(most)s") % {"most": DAYS})
    return given


def _single(field: Field, given: Any) -> Single:
    return _SINGLE[field.kind](field, given)


def _text(field: Field, given: Any) -> str:
    if not isinstance(given, str) or not given.strip() or UNSTORABLE.search(given):
        raise ValueError(_("expected text"))
    return given


def _number(field: Field, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise ValueError(_("expected a number"))
    return float(given)


def _date(field: Field, given: Any) -> date:
    if isinstance(given, str):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    raise ValueError(_("expected a date like 2025-03-31"))


def _yes_no(field: Field, given: Any) -> bool:
    if not isinstance(given, bool):
        raise ValueError(_("expected true or false"))
    return given


def _choice(field: Field, given: Any) -> str:
    value = _text(field, given)
    if field.choices is not None and value not in field.choices:
        raise ValueError(_("there is no “%(value)s” to choose") % {"value": value})
    return value


_SINGLE: dict[Kind, Callable[[Field, Any], Single]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
}
