from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
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
Combine = Callable[..., np.ndarray]


@dataclass(frozen=True, slots=True)
class Family:
    """Measures that come from one statement, in the order of its columns after customer_id."""

    measures: tuple[Measure, ...]
    read: Read


@dataclass(frozen=True, slots=True)
class Combined:
    """A measure that other measures add up to: ``value`` takes their columns, in the order of ``of``."""

    measure: Measure
    of: tuple[str, ...]
    value: Combine


MEASURES: dict[str, Measure] = {}


class Seer(Protocol):
    """A user, or the caller behind a key."""

    @property
    def sees_sensitive(self) -> bool: ...

    @property
    def sees_money(self) -> bool: ...


def sees(user: Seer, one: Measure) -> bool:
    """Whether ``user`` may see a measure, and so sort, filter, rank and open by it (R28)."""
    return (user.sees_sensitive or not one.sensitive) and (user.sees_money or one.type != Type.MONEY)


FAMILIES: dict[str, Family] = {}
COMBINED: dict[str, Combined] = {}


def measures(*declared: Measure) -> Callable[[Read], Read]:
    """Register a function whose statement gives several measures at once. A key declared twice raises ValueError."""

    def register(read: Read) -> Read:
        family = Family(declared, read)
        for one in declared:
            _declare(one)
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


def combined(declared: Measure, *, of: tuple[str, ...]) -> Callable[[Combine], Combine]:
    """Register a function of the columns of other measures, by key: those of another app, too. One that no app
    declares is missing for everybody.
    """

    def register(value: Combine) -> Combine:
        _declare(declared)
        COMBINED[declared.key] = Combined(declared, of, value)
        return value

    return register


def made_of(keys: Iterable[str]) -> list[str]:
    """The measures that have a statement, among these and those that these are combined of."""
    wanted = [one for key in keys for one in (COMBINED[key].of if key in COMBINED else (key,))]
    return [key for key in dict.fromkeys(wanted) if key in FAMILIES]


def declared_by(key: str) -> str:
    """The app that declares a measure."""
    declared = COMBINED[key].value if key in COMBINED else FAMILIES[key].read
    return str(declared.__module__.partition(".")[0])


def _declare(one: Measure) -> None:
    if one.key in MEASURES:
        raise ValueError(f"measure {one.key} is declared twice")
    MEASURES[one.key] = one


UNITS = {Type.DAYS: _("days"), Type.SHARE: "%"}
