"""A rule as rows: what the form shows and posts. Every rule can be written so, and is the same rule when read back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from customers.registry import Type
from customers.rules.fields import Field
from customers.rules.ops import OPS, Kind, Takes

FILTER = "filter"
IN, NOT_IN = "in_filter", "not_in_filter"
WORDS = ("all", "any", "none", "not_all")


@dataclass(slots=True)
class Row:
    """One condition as it was typed: ``values`` are what its inputs hold."""

    key: str = ""
    op: str = ""
    values: list[str] = field(default_factory=list)
    fresh: bool = False


@dataclass(slots=True)
class Branch:
    """Rows of which all, any, none, or not all must hold."""

    word: str = "all"
    parts: "list[Row | Branch]" = field(default_factory=list)
    fresh: bool = False

    def rows(self) -> Iterator[Row]:
        for part in self.parts:
            if isinstance(part, Branch):
                yield from part.rows()
            else:
                yield part


Part = Row | Branch
Fields = Mapping[str, Field]


def from_data(data: Any, fields: Fields) -> Branch:
    """The rows of a rule's JSON; of what is no rule, none."""
    part = _part(data, fields)
    if isinstance(part, Branch):
        return part
    return Branch("all", [part] if part else [])


def _part(data: Any, fields: Fields) -> Part | None:
    if not isinstance(data, Mapping):
        return None
    if "key" in data:
        return Row(str(data["key"]), str(data.get("op", "")), _written(data, fields))
    for word in ("all", "any"):
        if isinstance(data.get(word), list):
            return Branch(word, [part for one in data[word] if (part := _part(one, fields))])
    if FILTER in data:
        return Row(FILTER, IN, [str(data[FILTER])])
    return _opposite(data["not"], fields) if "not" in data else None


def _opposite(data: Any, fields: Fields) -> Part | None:
    part = _part(data, fields)
    if isinstance(part, Row):
        return Row(FILTER, NOT_IN, part.values) if part.key == FILTER and part.op == IN else Branch("none", [part])
    if part is None:
        return None
    turned = {"any": "none", "all": "not_all"}.get(part.word)
    return Branch(turned, part.parts) if turned else Branch("none", [part])


def _written(data: Mapping[str, Any], fields: Fields) -> list[str]:
    value = data.get("value")
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [_text(fields.get(str(data["key"])), str(data.get("op", "")), one) for one in values]


def _text(of: Field | None, op: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and of and _is_share(of) and OPS[op].takes != Takes.DAYS:
        value *= 100
    if isinstance(value, float):
        return f"{round(value, 6):g}" if abs(value) < 1e5 else f"{round(value, 6):f}".rstrip("0").rstrip(".")
    return str(value)


def to_data(part: Part, fields: Fields) -> dict[str, Any]:
    """The JSON of a rule. What can't be read as its field needs stands as text, so that the check says so."""
    if isinstance(part, Row):
        return _condition(part, fields)
    inner = [to_data(one, fields) for one in part.parts]
    if part.word in ("none", "not_all"):
        return {"not": {"any" if part.word == "none" else "all": inner}}
    return {part.word: inner}


def _condition(row: Row, fields: Fields) -> dict[str, Any]:
    if row.key == FILTER:
        named = {FILTER: row.values[0] if row.values else ""}
        return {"not": named} if row.op == NOT_IN else named
    data: dict[str, Any] = {"key": row.key, "op": row.op}
    op, of = OPS.get(row.op), fields.get(row.key)
    if not op or not of or op.takes == Takes.NOTHING:
        return data
    values = [_value(of, op.takes, one) for one in row.values]
    many = op.takes in (Takes.LIST, Takes.PAIR)
    return {**data, "value": values if many else next(iter(values), None)}


def _value(of: Field, takes: Takes, text: str) -> Any:
    if takes == Takes.DAYS:
        return int(text) if text.isdecimal() and len(text) < 9 else text
    if of.kind == Kind.YES_NO:
        return {"yes": True, "no": False}.get(text, text)
    if of.kind == Kind.NUMBER:
        return _number(of, text)
    return text


def _number(of: Field, text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    value = round(value / 100, 8) if _is_share(of) else value
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _is_share(of: Field) -> bool:
    return bool(of.measure and of.measure.type == Type.SHARE)


def fitting_ops(of: Field) -> list[str]:
    return [op.key for op in OPS.values() if of.kind in op.kinds]


def first_op(of: Field) -> str:
    """How one asks of a field most often."""
    usual = {Kind.NUMBER: "<", Kind.DATE: "within_next_days"}
    return usual.get(of.kind, "is")


def is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
