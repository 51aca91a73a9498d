"""What is wrong with which row, in words for who is filling it in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from customers.builder.rows import FILTER, Branch, Fields, Row, to_data
from customers.rules import RuleError
from customers.rules.ops import OPS, Kind, Takes
from customers.rules.parsing import Reader, reader_of


def faults(root: Branch, fields: Fields, user: User | None) -> dict[int, str]:
    """What is wrong, by the ``id`` of the row."""
    reader = reader_of(to_data(root, fields), user)
    found = {id(row): _fault(row, fields, reader) for row in root.rows()}
    return {row: words for row, words in found.items() if words}


def _fault(row: Row, fields: Fields, reader: Reader) -> str:
    if not row.key:
        return _("Choose what this is about, or take the row away.")
    if row.key == FILTER and not row.values:
        return _("Choose a filter.")
    if row.key in fields and (missing := _missing(row, fields)):
        return missing
    try:
        reader.node(to_data(row, fields), "", 0)
    except RuleError as error:
        return _without_key(str(error), row)
    return ""


def _missing(row: Row, fields: Fields) -> str:
    takes = OPS[row.op].takes
    if takes == Takes.NOTHING or (row.values and takes != Takes.PAIR):
        return ""
    if takes == Takes.PAIR:
        return "" if len(row.values) == 2 else _("Fill in both values.")
    if takes == Takes.DAYS:
        return _("Say how many days.")
    kind = fields[row.key].kind
    by_kind: dict[Any, str] = {Kind.NUMBER: _("Fill in a number."), Kind.DATE: _("Choose a day.")}
    return by_kind.get(kind, _("Choose or write a value."))


def _without_key(words: str, row: Row) -> str:
    """The sentence without the codes before it, which are for who writes JSON."""
    words = words.removeprefix(f"{row.key} {row.op}: ")
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")


def refuse(root: Branch, fields: Fields, user: User | None) -> dict[str, Any]:
    """The rule of the rows. Raises ValidationError that says how many rows need a look, or what is wrong with all."""
    data = to_data(root, fields)
    if found := len(faults(root, fields, user)):
        said = ngettext("%(count)s condition is not finished.", "%(count)s conditions are not finished.", found)
        raise ValidationError(said % {"count": found}, code="rule")
    reader_of(data, user).node(data, "", 0)
    return data
