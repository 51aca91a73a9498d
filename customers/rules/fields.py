from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

from accounts.models import User
from customers.queries import attributes
from customers.registry import MEASURES, Measure, Type, sees
from customers.rules.ops import Kind

ATTRIBUTE, MEASURE = "attribute.", "measure."
_KINDS: dict[str, Kind] = {
    Type.NUMBER: Kind.NUMBER,
    Type.MONEY: Kind.NUMBER,
    Type.DAYS: Kind.NUMBER,
    Type.SHARE: Kind.NUMBER,
    Type.DATE: Kind.DATE,
    Type.YES_NO: Kind.YES_NO,
    Type.CHOICE: Kind.CHOICE,
    attributes.Kind.TEXT: Kind.TEXT,
    attributes.Kind.USER: Kind.CHOICE,
    attributes.Kind.TEAM: Kind.CHOICE,
}


@dataclass(frozen=True, slots=True)
class Field:
    """What a rule can speak of: ``attribute.industry``, ``measure.score``. One of the two sources is set.

    ``choices`` are all values that a choice may have, with what they are called; None where they are not declared.
    """

    key: str
    label: str | Promise
    kind: Kind
    attribute: attributes.Field | None = None
    measure: Measure | None = None
    choices: Mapping[str, str | Promise] | None = field(default=None, hash=False)

    @property
    def name(self) -> str:
        """The key without its source."""
        return self.key.split(".", 1)[1]

    def is_seen_by(self, user: User) -> bool:
        return self.measure is None or sees(user, self.measure)


def fields_of(keys: Iterable[str]) -> dict[str, Field]:
    """The fields of those of ``keys`` that there are. At most one query, and one for each of users and teams."""
    wanted = set(keys)
    known = attributes.fields(key.removeprefix(ATTRIBUTE) for key in wanted if key.startswith(ATTRIBUTE))
    found = {ATTRIBUTE + key: _of_attribute(one) for key, one in known.items()}
    return found | {MEASURE + key: _of_measure(one) for key, one in MEASURES.items() if MEASURE + key in wanted}


def all_fields(user: User | None = None) -> list[Field]:
    """Every field that ``user`` may use (all, unless given): attributes, then measures, each by label."""
    measures = [one for one in MEASURES.values() if user is None or sees(user, one)]
    found = [
        [_of_attribute(one) for one in attributes.fields().values()],
        [_of_measure(one) for one in measures],
    ]
    return [field for group in found for field in sorted(group, key=lambda one: str(one.label).lower())]


def _of_attribute(one: attributes.Field) -> Field:
    kind = _KINDS.get(one.kind) or Kind(one.kind)
    choices = attributes.labels(one.key) if kind == Kind.CHOICE else None
    return Field(ATTRIBUTE + one.key, one.label, kind, attribute=one, choices=choices)


def _of_measure(one: Measure) -> Field:
    return Field(MEASURE + one.key, one.label, _KINDS[one.type], measure=one, choices=dict(one.choices) or None)
