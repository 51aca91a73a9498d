"""The rows as the template draws them: each with its operators, its kind of input and what there is to choose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from customers.builder.check import faults
from customers.builder.posted import shape
from customers.builder.rows import FILTER, IN, NOT_IN, Branch, Row
from customers.models import SavedFilter
from customers.queries.values import values_of
from customers.registry.measure import FAMILIES, UNITS
from customers.rules import all_fields
from customers.rules.fields import Field
from customers.rules.ops import Kind, Takes, ops_of

Option = tuple[str, str, bool]
Groups = list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """``input`` says which inputs the template draws: number, date, choice, choices, text, lines, filter, none."""

    path: str
    row: Row
    keys: list[tuple[str, list[Option]]]
    ops: list[Option]
    input: str
    count: int
    options: list[Option]
    unit: str
    about: str
    error: str
    is_branch: bool = False

    @property
    def typed(self) -> list[str]:
        """What stands in each of its inputs."""
        return [*self.row.values[: self.count], *[""] * (self.count - len(self.row.values))]

    @property
    def lines(self) -> str:
        return "\n".join(self.row.values)


@dataclass(frozen=True, slots=True)
class ShownBranch:
    path: str
    branch: Branch
    words: list[Option]
    parts: "list[ShownRow | ShownBranch]"
    depth: int
    is_branch: bool = True


@dataclass
class Offer:
    """What can be chosen: fields, saved filters, values. Read once for a whole form, each when first needed."""

    user: User | None
    without_filters: bool = False
    base_only: bool = False
    _values: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {one.key: one for one in all_fields(self.user)}

    @cached_property
    def filters(self) -> list[tuple[str, str]]:
        if self.without_filters:
            return []
        rows = SavedFilter.objects.all() if self.user is None else SavedFilter.objects.visible_to(self.user)
        return [(str(uid), name) for uid, name in rows.values_list("uid", "name")]

    @cached_property
    def groups(self) -> Groups:
        """What a row can be about, in the order of the floors: the customer, then what each app measures."""
        found: Groups = [(_("Filters"), [(FILTER, _("A saved filter"))])] if self.filters else []
        by_app: dict[str, list[tuple[str, str]]] = {}
        for one in self.fields.values():
            by_app.setdefault(_family(one), []).append((one.key, capfirst(str(one.label))))
        return [*found, *by_app.items()]

    def values(self, of: Field) -> list[tuple[str, str]]:
        if of.key not in self._values:
            self._values[of.key] = self._read(of)
        return self._values[of.key]

    def _read(self, of: Field) -> list[tuple[str, str]]:
        if of.choices:
            return sorted(((key, str(label)) for key, label in of.choices.items()), key=lambda one: one[1].lower())
        return [(one, one) for one in values_of(of.attribute, self.user)] if of.attribute else []


def _family(one: Field) -> str:
    return _("About the customer") if one.attribute else home_of(one.name)


def home_of(measure: str) -> str:
    """What the app is called that declares a measure."""
    family = FAMILIES.get(measure)
    config = apps.get_containing_app_config(family.read.__module__) if family else None
    return str(config.verbose_name) if config else _("Other measures")


def shown(root: Branch, offer: Offer, *, with_errors: bool) -> ShownBranch:
    found = faults(root, offer.fields, offer.user) if with_errors else {}
    return _branch(root, "", offer, found, 0)


def _branch(branch: Branch, path: str, offer: Offer, errors: dict[int, str], depth: int) -> ShownBranch:
    words = {"all": _("all of"), "any": _("any of"), "none": _("none of"), "not_all": _("not all of")}
    parts: list[ShownRow | ShownBranch] = []
    for number, part in enumerate(branch.parts):
        below = f"{path}.{number}".lstrip(".")
        if isinstance(part, Branch):
            parts.append(_branch(part, below, offer, errors, depth + 1))
        else:
            parts.append(_row(part, below, offer, errors.get(id(part), "")))
    return ShownBranch(path, branch, _options(words.items(), [branch.word]), parts, depth)


def _row(row: Row, path: str, offer: Offer, error: str) -> ShownRow:
    of = offer.fields.get(row.key)
    keys = [(label, _options(fields, [row.key])) for label, fields in offer.groups]
    if row.key == FILTER:
        ops = _options([(IN, _("includes them")), (NOT_IN, _("does not include them"))], [row.op])
        options = _options([("", _("Choose a filter")), *offer.filters], row.values)
        return ShownRow(path, row, keys, ops, "choice", 1, options, "", "", error)
    if of is None:
        return ShownRow(path, row, keys, [], "none", 0, [], "", "", error)
    kind, count = _input(row, of, offer)
    options = _options_of(row, of, offer) if kind in ("choice", "choices") else []
    ops = _options([(op.key, str(op.label)) for op in ops_of(of.kind)], [row.op])
    about = str(of.measure.description) if of.measure else ""
    return ShownRow(path, row, keys, ops, kind, count, options, _unit(row, of), about, error)


def _input(row: Row, of: Field, offer: Offer) -> tuple[str, int]:
    takes = shape(row)
    if takes in (None, Takes.NOTHING):
        return "none", 0
    if takes == Takes.DAYS:
        return "number", 1
    count = 2 if takes == Takes.PAIR else 1
    if of.kind in (Kind.NUMBER, Kind.DATE):
        return ("lines", 1) if takes == Takes.LIST else (of.kind.value, count)
    chosen = of.kind == Kind.YES_NO or (row.op not in ("contains", "starts_with") and offer.values(of))
    if takes == Takes.LIST:
        return ("choices" if chosen else "lines"), 1
    return ("choice" if chosen or of.kind == Kind.CHOICE else "text"), 1


def _options_of(row: Row, of: Field, offer: Offer) -> list[Option]:
    if of.kind == Kind.YES_NO:
        return _options([("yes", _("yes")), ("no", _("no"))], row.values)
    known = offer.values(of)
    # What was chosen once stays to be seen, even where no customer has it any more.
    gone = [(one, one) for one in row.values if one not in {key for key, _label in known}]
    first = [] if shape(row) == Takes.LIST else [("", _("Choose"))]
    return _options([*first, *known, *gone], row.values)


def _unit(row: Row, of: Field) -> str:
    if shape(row) == Takes.DAYS:
        return _("days")
    return str(UNITS.get(of.measure.type, "")) if of.measure and of.kind == Kind.NUMBER else ""


def _options(pairs: Iterable[tuple[str, Any]], chosen: Sequence[str]) -> list[Option]:
    return [(key, str(label), key in chosen) for key, label in pairs]
