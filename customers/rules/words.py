"""A rule in words, in the reader's language."""

from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.formatting import plain
from customers.registry import Type
from customers.rules.fields import Field
from customers.rules.ops import OPS, Takes
from customers.rules.tree import Condition, Group, Node, Rule, Saved, Single


def describe(rule: Rule) -> str:
    """One sentence without a full stop: ``Industry is Logistics and (score is below 40 or …)``."""
    return capfirst(_node(rule.root, top=True))


def _node(node: Node, *, top: bool = False) -> str:
    match node:
        case Condition():
            return _condition(node)
        case Group(every, parts) if not parts:
            return _("all customers") if every else _("no customer")
        case Group(every, parts):
            joined = (_(" and ") if every else _(" or ")).join(_node(part, top=len(parts) == 1) for part in parts)
            return joined if top or len(parts) == 1 else f"({joined})"
        case Saved(_uid, name, _part):
            return _("in the filter “%(name)s”") % {"name": name}
        case _:
            return _("not (%(rule)s)") % {"rule": _node(node.part, top=True)}


def _condition(condition: Condition) -> str:
    op, field, value = OPS[condition.op], condition.field, condition.value
    words = {"what": lower(str(field.label))}
    if op.takes == Takes.DAYS:
        words["value"] = plain(value)  # type: ignore[arg-type]
    elif op.takes == Takes.PAIR:
        words["first"], words["last"] = (said(field, one) for one in value)  # type: ignore[union-attr]
    elif op.takes == Takes.LIST:
        words["value"] = ", ".join(said(field, one) for one in value)  # type: ignore[union-attr]
    elif op.takes == Takes.ONE:
        words["value"] = said(field, value)  # type: ignore[arg-type]
    return str(op.words) % words


def lower(label: str) -> str:
    """A label inside a sentence; what begins with two capitals (MRR) stays as it is."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def said(field: Field, value: Single) -> str:
    """One value as a sentence says it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, float):
        return _number(field, value)
    return str((field.choices or {}).get(value, value))


def _number(field: Field, value: float) -> str:
    if field.measure and field.measure.type == Type.SHARE:
        return _("%(percent)s%%") % {"percent": plain(value * 100, _digits(value * 100))}
    return plain(value, _digits(value))


def _digits(value: float) -> int:
    """How many decimals (up to four) the value has."""
    return next((digits for digits in range(4) if abs(round(value, digits) - value) < 1e-9), 4)
