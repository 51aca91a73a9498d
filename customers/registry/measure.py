from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.registry.scope import Scope, Sql


class Type(StrEnum):
    NUMBER = "number"
    MONEY = "money"
    DAYS = "days"
    SHARE = "share"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"


class Better(StrEnum):
    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


class Tier(StrEnum):
    """Base reads facts only. Derived may enter filters, triggers and lists, never scorecards, models or back-tests."""

    BASE = "base"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Measure:
    """One named number of a customer: its one definition, wherever it is shown."""

    key: str
    label: str | Promise
    type: Type
    better: Better = Better.NEITHER
    tier: Tier = Tier.BASE
    description: str | Promise = ""
    sensitive: bool = False
    choices: tuple[tuple[str, str | Promise], ...] = ()


Read = Callable[[Scope], Sql]


@dataclass(frozen=True, slots=True)
class Family:
    """Measures that come from one statement, in the order of its columns after customer_id."""

    measures: tuple[Measure, ...]
    read: Read


MEASURES: dict[str, Measure] = {}
FAMILIES: dict[str, Family] = {}


def measures(*declared: Measure) -> Callable[[Read], Read]:
    """Register a function whose statement gives several measures at once. A key declared twice raises ValueError."""

    def register(read: Read) -> Read:
        family = Family(declared, read)
        for one in declared:
            if one.key in MEASURES:
                raise ValueError(f"measure {one.key} is declared twice")
            MEASURES[one.key] = one
            FAMILIES[one.key] = family
        return read

    return register


def measure(
    *,
    key: str,
    label: str | Promise,
    type: Type,
    better: Better = Better.NEITHER,
    tier: Tier = Tier.BASE,
    description: str | Promise = "",
    sensitive: bool = False,
    choices: tuple[tuple[str, str | Promise], ...] = (),
) -> Callable[[Read], Read]:
    """Register a function whose statement gives (customer_id, value). A customer without data has no row."""
    return measures(Measure(key, label, type, better, tier, description, sensitive, choices))


UNITS = {Type.DAYS: _("days"), Type.SHARE: "%"}


def statement(key: str, at: Scope) -> Sql | None:
    """The rows (customer_id, value) of one measure, for another measure to build on; None where no app declares it."""
    family = FAMILIES.get(key)
    if family is None:
        return None
    read = family.read(at)
    names = ", ".join(f'"{one.key}"' for one in family.measures)
    return Sql(f'SELECT of_customer, "{key}" FROM ({read.text}) q (of_customer, {names})', read.params)
