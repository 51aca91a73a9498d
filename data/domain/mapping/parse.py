"""From the text of a mapping to what it means. Nothing in it is run: it can only name, compare, put together."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from core.loading import Noun
from customers.models import Attribute
from data.domain.mapping.model import (
    Cell,
    Condition,
    Constant,
    EndMeans,
    Expression,
    FileMapping,
    Join,
    MappingError,
    Rule,
    Table,
    Text,
)
from data.nouns import NOUNS

PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")
TABLE_KEYS: Final = {
    "file",
    "columns",
    "attributes",
    "derive",
    "join",
    "drop",
    "remark",
    "keep_first",
    "add_up",
    "end_means",
    "leave_out",
}


def parse(text: str) -> FileMapping:
    """Raises MappingError with the place in the file."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(_("This is no TOML: %(error)s") % {"error": error}) from error
    return understand(found)


def understand(given: Mapping[str, Any]) -> FileMapping:
    """The same of what a TOML file says, read already."""
    found = dict(given)
    source, label = found.pop("source", ""), found.pop("label", "")
    if not isinstance(source, str) or not re.fullmatch(r"[a-z0-9_-]{1,60}", source):
        raise MappingError(_("source: a short name in small letters is expected."))
    nouns = {noun.name: noun for noun in NOUNS}
    for name in found:
        if name not in nouns:
            raise MappingError(_("[%(name)s]: there is no such file here.") % {"name": name})
    # In our order of loading, whatever the order in the file.
    tables = tuple(_table(noun, found[name]) for name, noun in nouns.items() if name in found)
    return FileMapping(source, label or source, tables)


def _table(noun: Noun, given: Any) -> Table:
    place = f"[{noun.name}]"
    _only(given, TABLE_KEYS, place)
    columns = {
        name: _expression(value, f"{place} columns.{name}") for name, value in _dict(given, "columns", place).items()
    }
    for name in columns:
        if noun.column(name) is None:
            raise _error(f"{place} columns.{name}", _("there is no such column."))
    attributes, natures = _attributes(noun, given, place)
    end_means = given.get("end_means")
    if end_means and (noun.name != "subscriptions" or end_means not in list(EndMeans)):
        raise _error(f"{place} end_means", _("for subscriptions: cancellation, term or both."))
    return Table(
        noun=noun.name,
        file=_file(given, place),
        columns=columns,
        attributes=attributes,
        natures=natures,
        derived={
            name: _expression(value, f"{place} derive.{name}") for name, value in _dict(given, "derive", place).items()
        },
        joins={name: _join(value, f"{place} join.{name}") for name, value in _dict(given, "join", place).items()},
        rules=(*_rules(given, "drop", place), *_rules(given, "remark", place)),
        keep_first=_texts(given.get("keep_first", []), f"{place} keep_first"),
        add_up=bool(given.get("add_up", False)),
        end_means=EndMeans(end_means) if end_means else None,
        leave_out=_texts(given.get("leave_out", []), f"{place} leave_out"),
    )


def _attributes(noun: Noun, given: Mapping[str, Any], place: str) -> tuple[dict[str, Expression], dict[str, str]]:
    """Own attributes and the nature of each; of a built-in column, its nature alone."""
    attributes: dict[str, Expression] = {}
    natures: dict[str, str] = {}
    for name, value in _dict(given, "attributes", place).items():
        where = f"{place} attributes.{name}"
        if not noun.open:
            raise _error(where, _("only customers have attributes."))
        told = dict(value) if isinstance(value, dict) else {"nature": value, "column": name}
        natures[name] = told.pop("nature", Attribute.Nature.CHANGING)
        if natures[name] not in Attribute.Nature.values:
            raise _error(where, _("a nature is changing, constant or outcome."))
        if noun.column(name) is None:
            attributes[name] = _expression(told, where)
    return attributes, natures


def _expression(given: Any, place: str) -> Expression:
    if isinstance(given, str):
        return Cell(given)
    if not isinstance(given, dict):
        raise _error(place, _("a column's name or { … } is expected."))
    if "constant" in given:
        _only(given, {"constant"}, place)
        return Constant(f"{given['constant']}")
    if "text" in given:
        _only(given, {"text"}, place)
        return _words(_text(given["text"], place))
    _only(given, {"column", "map", "else", "format", "month_end", "day", "decimal", "times"}, place)
    values = given.get("map")
    if given.get("decimal", "") not in {"", ",", "."}:
        raise _error(f"{place} decimal", _("a comma or a point is expected."))
    return Cell(
        column=_text(given.get("column"), f"{place} column"),
        values={key: f"{value}" for key, value in values.items()} if values is not None else None,
        otherwise=given.get("else"),
        format=given.get("format", ""),
        month_end=bool(given.get("month_end", False)),
        day=bool(given.get("day", False)),
        decimal=given.get("decimal", ""),
        times=_expression(given["times"], f"{place} times") if "times" in given else None,
    )


def _words(text: str) -> Text:
    # Every second piece is what stood in braces.
    pieces = PLACEHOLDER.split(text)
    return Text(tuple(Cell(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece))


def _join(given: Any, place: str) -> Join:
    _only(given, {"file", "on"}, place)
    on = given.get("on")
    if not isinstance(on, dict) or not on:
        raise _error(f"{place} on", _("{ our column = their column } is expected."))
    return Join(_file(given, place), tuple((ours, f"{theirs}") for ours, theirs in on.items()))


def _rules(given: Mapping[str, Any], kind: str, place: str) -> list[Rule]:
    return [_rule(one, kind, f"{place} {kind} {number}") for number, one in enumerate(given.get(kind, []), 1)]


def _rule(given: Any, kind: str, place: str) -> Rule:
    _only(given, {"when", "say"}, place)
    when = given.get("when")
    conditions = when if isinstance(when, list) else [when]
    return Rule(
        when=tuple(_condition(one, f"{place} when") for one in conditions),
        words=_text(given.get("say"), f"{place} say"),
        drop=kind == "drop",
    )


def _condition(given: Any, place: str) -> Condition:
    _only(given, {"column", "is", "in", "is_not", "empty", "before", "since", "same_as", "repeated"}, place)
    if "repeated" in given:
        return Condition(repeated=_texts(given["repeated"], f"{place} repeated"))
    values = [given["is"]] if "is" in given else given.get("in")
    found = Condition(
        column=_text(given.get("column"), f"{place} column"),
        is_in=_texts(values, place) if values is not None else None,
        is_not=given.get("is_not"),
        empty=given.get("empty"),
        before=given.get("before", ""),
        since=given.get("since", ""),
        same_as=given.get("same_as", ""),
    )
    if found == Condition(column=found.column):
        raise _error(place, _("one of is, in, is_not, empty, before, since, same_as is expected."))
    return found


def _dict(given: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    value = given.get(key, {})
    if not isinstance(value, dict):
        raise _error(f"{place} {key}", _("a table is expected."))
    return value


def _only(given: Any, known: set[str], place: str) -> None:
    if not isinstance(given, dict):
        raise _error(place, _("a table is expected."))
    for key in given:
        if key not in known:
            raise _error(f"{place} {key}", _("expected is one of %(known)s.") % {"known": ", ".join(sorted(known))})


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise _error(place, _("a text is expected."))
    return value


def _file(given: Mapping[str, Any], place: str) -> str:
    """A name in the folder, and no way out of it."""
    name = _text(given.get("file"), f"{place} file")
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise _error(f"{place} file", _("a file of the folder itself is expected."))
    return name


def _texts(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _error(place, _("a list of texts is expected."))
    return tuple(value)


def _error(place: str, message: str) -> MappingError:
    return MappingError(f"{place}: {message}")
