"""What was posted by the builder, as rows; and what its buttons do to them."""

import re
from collections.abc import Mapping
from typing import Any

from customers.builder.rows import FILTER, IN, NOT_IN, WORDS, Branch, Fields, Part, Row, first_op, fitting_ops
from customers.rules.ops import OPS, Takes
from customers.rules.parsing import CONDITIONS, DEPTH

PLACE = re.compile(r"(add|group|remove|ungroup)(:(\d{1,3}(\.\d{1,3}){0,12})?)?")


def is_posted(data: Mapping[str, Any], name: str) -> bool:
    return f"{name}::word" in data


def read(data: Any, name: str, fields: Fields) -> Branch:
    """The rows of the builder ``name`` in a form that was posted."""
    return _branch(data, name, "", fields, 0)


def _branch(data: Any, name: str, path: str, fields: Fields, depth: int) -> Branch:
    word = data.get(f"{name}:{path}:word", "")
    branch = Branch(word if word in WORDS else "all")
    count = data.get(f"{name}:{path}:count", "")
    for number in range(min(int(count) if count.isdecimal() else 0, CONDITIONS)):
        below = f"{path}.{number}".lstrip(".")
        if f"{name}:{below}:word" in data and depth < DEPTH:
            branch.parts.append(_branch(data, name, below, fields, depth + 1))
        elif f"{name}:{below}:key" in data:
            branch.parts.append(_row(data, f"{name}:{below}", fields))
    return branch


def _row(data: Any, at: str, fields: Fields) -> Row:
    key, was, op = (data.get(f"{at}:{what}", "") for what in ("key", "was", "op"))
    row = Row(key, op, _values(data, at))
    if key == FILTER:
        return Row(key, op if op in (IN, NOT_IN) else IN, row.values if was == key else [])
    of = fields.get(key)
    if of is None:
        return row
    if op not in fitting_ops(of):
        row.op = first_op(of)
    if was != key and (was not in fields or fields[was].kind != of.kind or of.choices is not None):
        row.values, row.fresh = [], True
    return row


def _values(data: Any, at: str) -> list[str]:
    getlist = getattr(data, "getlist", lambda name: [data[name]] if name in data else [])
    values = [one.strip() for one in getlist(f"{at}:value")]
    lines = [one.strip() for text in getlist(f"{at}:lines") for one in text.splitlines()]
    return [one for one in [*values, *lines] if one]


def shape(row: Row) -> Takes | None:
    """What the row's inputs hold: one value, a pair, a list …"""
    return OPS[row.op].takes if row.op in OPS else None


def acted(root: Branch, act: str) -> Branch:
    """The rows after a button: ``add:0.1`` puts a row into the group at that place; anything else changes nothing."""
    match = PLACE.fullmatch(act)
    if not match:
        return root
    what, place = match[1], [int(one) for one in (match[3] or "").split(".") if one]
    if what in ("add", "group"):
        branch = _at(root, place)
        if isinstance(branch, Branch):
            first = Row(fresh=True)
            branch.parts.append(first if what == "add" else Branch("any", [first], fresh=True))
    elif place:
        _take(root, place)
    return root


def _take(root: Branch, place: list[int]) -> None:
    branch = _at(root, place[:-1])
    if isinstance(branch, Branch) and place[-1] < len(branch.parts):
        del branch.parts[place[-1]]
        branch.fresh = True


def _at(root: Branch, place: list[int]) -> Part | None:
    found: Part = root
    for number in place:
        if not isinstance(found, Branch) or number >= len(found.parts):
            return None
        found = found.parts[number]
    return found
