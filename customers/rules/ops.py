from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """What can be said of a value. Users, teams and the choices of a measure are choices."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"


class Takes(StrEnum):
    ONE = "one"
    LIST = "list"
    PAIR = "pair"
    DAYS = "days"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Op:
    """An operator: what it takes, how a form lists it, and how a condition with it reads."""

    key: str
    takes: Takes
    kinds: tuple[Kind, ...]
    label: str | Promise
    words: str | Promise


ALL = tuple(Kind)
NAMED = (Kind.TEXT, Kind.CHOICE, Kind.NUMBER)
NUMBER, DATE, TEXT = (Kind.NUMBER,), (Kind.DATE,), (Kind.TEXT,)

OPS: dict[str, Op] = {
    op.key: op
    for op in (
        Op("is", Takes.ONE, ALL, _("is"), _("%(what)s is %(value)s")),
        Op("is_not", Takes.ONE, ALL, _("is not"), _("%(what)s is not %(value)s")),
        Op("in", Takes.LIST, NAMED, _("is one of"), _("%(what)s is one of %(value)s")),
        Op("not_in", Takes.LIST, NAMED, _("is none of"), _("%(what)s is none of %(value)s")),
        Op("<", Takes.ONE, NUMBER, _("is below"), _("%(what)s below %(value)s")),
        Op("<=", Takes.ONE, NUMBER, _("is at most"), _("%(what)s at most %(value)s")),
        Op(">", Takes.ONE, NUMBER, _("is above"), _("%(what)s above %(value)s")),
        Op(">=", Takes.ONE, NUMBER, _("is at least"), _("%(what)s at least %(value)s")),
        Op("between", Takes.PAIR, NUMBER + DATE, _("is between"), _("%(what)s between %(first)s and %(last)s")),
        Op("contains", Takes.ONE, TEXT, _("contains"), _("%(what)s contains %(value)s")),
        Op("starts_with", Takes.ONE, TEXT, _("starts with"), _("%(what)s starts with %(value)s")),
        Op("before", Takes.ONE, DATE, _("is before"), _("%(what)s is before %(value)s")),
        Op("after", Takes.ONE, DATE, _("is after"), _("%(what)s is after %(value)s")),
        Op(
            "within_next_days",
            Takes.DAYS,
            DATE,
            _("is within the next days"),
            _("%(what)s is within the next %(value)s days"),
        ),
        Op(
            "within_last_days",
            Takes.DAYS,
            DATE,
            _("is within the last days"),
            _("%(what)s is within the last %(value)s days"),
        ),
        Op("missing", Takes.NOTHING, ALL, _("is missing"), _("%(what)s is missing")),
        Op("present", Takes.NOTHING, ALL, _("is known"), _("%(what)s is known")),
    )
}
OPPOSITES = {"is_not": "is", "not_in": "in", "missing": "present"}


def ops_of(kind: Kind) -> list[Op]:
    """The operators that a form offers for values of one kind, in their order."""
    return [op for op in OPS.values() if kind in op.kinds]
