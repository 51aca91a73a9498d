"""Attributes as of a day, as columns of a frame. Measures and reports read them here and nowhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, User
from core.clock import AsOf
from customers.models import Attribute, CustomerRole
from customers.registry import Frame, Measure, Scope, Sql, Type
from customers.registry.frame import customers_of, empty, fill
from customers.registry.measure import Family

PREFIX = "attribute."


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    USER = "user"
    TEAM = "team"


class NotReplayable(ValueError):
    """An outcome was asked for as of a day: it is only known by today's value."""


@dataclass(frozen=True, slots=True)
class Field:
    """An attribute of customers, built-in or own. Users and teams are told apart by their uid."""

    key: str
    label: str | Promise
    kind: Kind
    own: bool = False
    nature: str = Attribute.Nature.CHANGING


BUILT_IN: dict[str, Field] = {
    one.key: one
    for one in (
        Field("name", gettext_lazy("name"), Kind.TEXT),
        Field("domain", gettext_lazy("domain"), Kind.TEXT),
        Field("industry", gettext_lazy("industry"), Kind.TEXT),
        Field("country", gettext_lazy("country"), Kind.TEXT),
        Field("employees", gettext_lazy("employees"), Kind.NUMBER),
        Field("stage", gettext_lazy("stage"), Kind.TEXT),
        Field("language", gettext_lazy("language"), Kind.TEXT),
        Field("owner", gettext_lazy("owner"), Kind.USER),
        Field("team", gettext_lazy("team"), Kind.TEAM),
        Field("created_on", gettext_lazy("customer since"), Kind.DATE),
    )
}


def fields(keys: Iterable[str] | None = None) -> dict[str, Field]:
    """The attributes by key, all of them unless ``keys`` are given; who is not there is left out. At most one query."""
    wanted = None if keys is None else set(keys)
    found = {key: one for key, one in BUILT_IN.items() if wanted is None or key in wanted}
    if wanted is None or wanted - set(found):
        own = Attribute.objects.all() if wanted is None else Attribute.objects.filter(key__in=wanted - set(found))
        found |= {one.key: Field(one.key, one.label, Kind(one.type), True, one.nature) for one in own}
    return found


def attribute_frame(
    at: AsOf, keys: Iterable[str], customers: Sequence[int] | None = None, *, by_today: bool = False
) -> Frame:
    """The attributes ``keys`` (with or without ``attribute.`` before them) of the customers there were as of ``at``.

    The frame has the ids of ``registry.gather`` for the same arguments; its columns are called as asked for. Text,
    users and teams (by uid) are objects, numbers and yes/no floats, dates days. Each is the latest known row as of
    then: a constant counts from the customer's first day; ``by_today`` reads today's value instead. One statement
    a key. Raises KeyError for an unknown attribute, NotReplayable for an outcome, unless ``by_today``.
    """
    scope = Scope.of(at, customers)
    ids = customers_of(scope)
    return Frame(at, ids, _columns(keys, scope, ids, by_today))


def with_attributes(
    frame: Frame, keys: Iterable[str], customers: Sequence[int] | None, *, by_today: bool = False
) -> Frame:
    """The frame, with the attributes ``keys`` of its customers beside what it has. One statement a key.

    ``customers`` are asked for, all where None: those of the frame, if not more. Called, read and refused as by
    ``attribute_frame``.
    """
    return frame.with_columns(_columns(keys, Scope.of(frame.at, customers), frame.ids, by_today))


def _columns(keys: Iterable[str], scope: Scope, ids: np.ndarray, by_today: bool) -> dict[str, np.ndarray]:
    wanted = list(dict.fromkeys(keys))
    known = fields(key.removeprefix(PREFIX) for key in wanted)
    columns: dict[str, np.ndarray] = {}
    for name in wanted:
        columns |= _column(name, known[name.removeprefix(PREFIX)], scope, ids, by_today)
    return columns


def labels(key: str) -> dict[str, str]:
    """What the values of an attribute are called, where they are not words themselves: users and teams by uid."""
    field = fields([key.removeprefix(PREFIX)])[key.removeprefix(PREFIX)]
    if field.kind == Kind.USER:
        return {str(uid): name for uid, name in User.objects.values_list("uid", "name")}
    if field.kind == Kind.TEAM:
        return {str(uid): name for uid, name in Team.objects.values_list("uid", "name")}
    return {}


def _column(name: str, field: Field, scope: Scope, ids: np.ndarray, by_today: bool) -> dict[str, np.ndarray]:
    if field.nature == Attribute.Nature.OUTCOME and not by_today:
        raise NotReplayable(_("%(label)s is an outcome: it is known by today's value only.") % {"label": field.label})
    type = TYPES[field.kind]
    column = {name: empty(type, len(ids))}
    read = _today if by_today or field.key == "created_on" else _READ.get(field.key, _changes)
    fill(Family((Measure(name, field.label, type),), lambda at: read(at, field)), scope, ids, column)
    return column


def _changes(at: Scope, field: Field) -> Sql:
    counts = "TRUE" if field.nature == Attribute.Nature.CONSTANT else "{visible}"
    template = f"""
        SELECT DISTINCT ON ({{customer}}) {{customer}}, {cast(field, "t.value #>> ARRAY[]::text[]")}
        FROM customers_attributechange t {{canonical}}
        WHERE t.key = %(key)s AND {counts} AND {{scope}}
        ORDER BY {{customer}}, t.customer_id = {{customer}} DESC, t.known_on DESC, t.id DESC
    """
    return at.sql(template, table="t", key=field.key)


def _lazy(at: Scope, field: Field) -> Sql:
    now, then = _today(at, field), _changes(at, field)
    text = f"""
        SELECT customer, COALESCE(was, value)
        FROM ({now.text}) now (customer, value) LEFT JOIN ({then.text}) past (customer, was) USING (customer)
    """
    return Sql(text, {**now.params, **then.params})


def _owner(at: Scope, field: Field) -> Sql:
    return _role(at, "accounts_user", "user_id")


def _team(at: Scope, field: Field) -> Sql:
    return _role(at, "accounts_team", "team_id")


def _role(at: Scope, table: str, column: str) -> Sql:
    template = f"""
        SELECT DISTINCT ON ({{customer}}) {{customer}}, one.uid::text
        FROM customers_customerrole t LEFT JOIN {table} one ON one.id = t.{column} {{canonical}}
        WHERE t.role = %(role)s AND {{visible}} AND {{scope}}
        ORDER BY {{customer}}, t.customer_id = {{customer}} DESC, t.known_on DESC, t.id DESC
    """
    return at.sql(template, table="t", role=CustomerRole.Role.CSM)


def _today(at: Scope, field: Field) -> Sql:
    template = f"""
        SELECT c.customer_id, {cast(field, "c.value")}
        FROM (SELECT id AS customer_id, {_stored(field)} AS value FROM customers_customer) c {{canonical}}
        WHERE {{customer}} = c.customer_id AND {{scope}}
    """
    return at.sql(template, table="c", key=field.key)


def _stored(field: Field) -> str:
    if field.own:
        return "attributes ->> %(key)s"
    if field.kind in (Kind.USER, Kind.TEAM):
        return f"(SELECT one.uid FROM accounts_{field.kind} one WHERE one.id = {field.key}_id)"
    return field.key


def cast(field: Field, value: str) -> str:
    """SQL that makes of a stored text a value of the attribute's kind."""
    return _CASTS.get(field.kind, "NULLIF(({})::text, '')").format(value)


TYPES = {Kind.NUMBER: Type.NUMBER, Kind.DATE: Type.DATE, Kind.YES_NO: Type.YES_NO}
TYPES |= dict.fromkeys((Kind.TEXT, Kind.USER, Kind.TEAM), Type.CHOICE)
_CASTS = {Kind.NUMBER: "({})::float8", Kind.DATE: "({})::date", Kind.YES_NO: "({})::boolean::int"}
_READ = {"name": _lazy, "domain": _lazy, "owner": _owner, "team": _team}
