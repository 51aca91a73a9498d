"""From the values of one night to those of the next: only who may have moved is read anew.

A family that *rolls* says whose values may differ on a later day: those of whom new facts count, and those for whom a
day passed that its statement compares with. All others keep their values; what counts days counts on. What it cannot
say makes it be read in full. A family with a *keeper* reads its facts out of sums that are kept instead of the facts.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from sys import modules
from typing import Any

import numpy as np
from django.db import transaction

from core.beside import do_all
from core.clock import AsOf
from customers.registry.fetching import ids_and_floats
from customers.registry.frame import Frame, Values, customers_of, empty, fill, put
from customers.registry.measure import COMBINED, FAMILIES, MEASURES, Family, Read, Type, made_of
from customers.registry.scope import Scope, Sql

MOST = 0.5  # of all customers: where more have moved, all are read
State = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Step:
    """From one moment to a later one, over all customers."""

    before: AsOf
    scope: Scope

    @property
    def day(self) -> date:
        return self.scope.day

    @property
    def days(self) -> int:
        return (self.scope.day - self.before.day).days

    def sql(self, template: str, /, *, table: str, **params: Any) -> Sql:
        """As ``Scope.sql``. Besides, ``{new}``: the fact counts and did not before; ``{learnt}``: it was not known."""
        learnt = f"({table}.known_on >= %(before_known_on)s AND {table}.known_on < %(known_on)s)"
        new = f"({{visible}} AND ({table}.day >= %(before_day)s OR {table}.known_on >= %(before_known_on)s))"
        text = template.replace("{new}", new).replace("{learnt}", learnt)
        before = {"before_day": self.before.day, "before_known_on": self.before.known_on}
        return self.scope.sql(text, table=table, **before, **params)


def passed(column: str, days: int = 0) -> str:
    """That the day ``days`` after ``column`` was not over before the step and is now, as SQL for ``Step.sql``."""
    return f"({column} >= %(before_day)s::date - {days} AND {column} < %(day)s::date - {days})"


Moved = Callable[[Step], Iterable[Sql]]
Given = Callable[[AsOf], Any]


@dataclass(frozen=True, slots=True)
class Roll:
    """``ages``: what each day adds to a measure that counts days. ``due``: dates that are read anew once past.
    ``given``: what else the values hang on, as JSON; another one makes the family be read in full."""

    moved: Moved
    ages: Mapping[str, int] = field(default_factory=dict)
    due: tuple[str, ...] = ()
    given: Given = lambda _at: None


@dataclass(frozen=True, slots=True)
class Keeper:
    """``full`` sums up the facts, ``step`` brings the sums to a later moment, ``read`` gives the family's values out of
    sums. ``given`` as of a roll."""

    full: Callable[[Scope], State]
    step: Callable[[State, Step], State]
    read: Callable[[Scope, State], Values]
    given: Given = lambda _at: None


@dataclass(frozen=True, slots=True)
class Night:
    """The base measures as of a night, and all that the next one starts from."""

    frame: Frame
    states: dict[str, State]
    given: dict[str, Any]


ROLLS: dict[Read, Roll] = {}
KEEPERS: dict[Read, Keeper] = {}


def rolls(read: Read, **more: Any) -> Callable[[Moved], Moved]:
    """Register a function that gives statements of one column: the customers whose values by ``read`` may differ."""

    def register(moved: Moved) -> Moved:
        ROLLS[read] = Roll(moved, **more)
        return moved

    return register


@transaction.atomic
def gather_night(at: AsOf, keys: Sequence[str], last: Night | None = None) -> Night:
    """``gather`` for all customers, from ``last`` as far as that goes. The frame is the same with and without it.

    ``last`` is of an earlier moment or the same, made of the same keys, and no fact that was known by then has been
    added since.
    """
    scope = Scope.of(at)
    ids = customers_of(scope)
    read = made_of(keys)
    columns = {key: empty(MEASURES[key].type, len(ids)) for key in [*keys, *read]}
    states: dict[str, State] = {}
    families = {FAMILIES[key].measures[0].key: FAMILIES[key] for key in read}
    given = {name: given_of(family, at) for name, family in families.items()}

    def put_in(name: str) -> None:
        usable = last if last and last.given.get(name) == given[name] else None
        state = _fill(families[name], scope, ids, columns, usable)
        if state is not None:
            states[name] = state

    # Those with a keeper read the most, so they begin.
    do_all(partial(put_in, name) for name in sorted(families, key=lambda name: families[name].read not in KEEPERS))
    for one in [COMBINED[key] for key in keys if key in COMBINED]:
        columns[one.measure.key] = one.value(*(columns.get(key, np.full(len(ids), np.nan)) for key in one.of))
    return Night(Frame(at, ids, {key: columns[key] for key in dict.fromkeys([*keys, *read])}), states, given)


def given_of(family: Family, at: AsOf) -> Any:
    """What a family's values hang on beside facts: its code, too. As JSON gives it back."""
    keeper = KEEPERS.get(family.read)
    made = ROLLS.get(family.read) or keeper
    paths = [modules[one.__module__].__file__ or "" for one in (family.read, *([keeper.full] if keeper else []))]
    code = hashlib.sha256(b"".join(Path(path).read_bytes() for path in paths)).hexdigest()
    return [code, made.given(at) if made else None]


def kept_keys() -> set[str]:
    """The measures whose own values the next night starts from; of others, sums or nothing."""
    return {one.key for family in FAMILIES.values() if family.read in ROLLS for one in family.measures}


def _fill(
    family: Family, scope: Scope, ids: np.ndarray, columns: dict[str, np.ndarray], last: Night | None
) -> State | None:
    keeper = KEEPERS.get(family.read)
    if keeper:
        kept = last.states.get(family.measures[0].key) if last else None
        state = keeper.step(kept, Step(last.frame.at, scope)) if last and kept is not None else keeper.full(scope)
        put(family, keeper.read(scope, state), ids, columns)
        return state
    if last is None or not _roll(family, Step(last.frame.at, scope), last.frame, ids, columns):
        fill(family, scope, ids, columns)
    return None


def _roll(family: Family, step: Step, last: Frame, ids: np.ndarray, columns: dict[str, np.ndarray]) -> bool:
    """Whether the values could be brought from the last night's; they are in ``columns`` then."""
    roll = ROLLS.get(family.read)
    if roll is None or any(one.key not in last.columns for one in family.measures):
        return False
    moved = _moved(roll, step, last, ids)
    if len(moved) > MOST * len(ids):
        return False
    place = np.minimum(np.searchsorted(last.ids, ids), max(len(last.ids) - 1, 0))
    stays = (last.ids[place] == ids) & ~np.isin(ids, moved) if len(last.ids) else np.zeros(len(ids), dtype=bool)
    for one in family.measures:
        columns[one.key][stays] = last[one.key][place[stays]]
        if one.key in roll.ages:
            columns[one.key][stays] += roll.ages[one.key] * step.days
    fill(family, Scope.of(step.scope.at, ids[~stays].tolist()), ids, columns)
    return True


def _moved(roll: Roll, step: Step, last: Frame, ids: np.ndarray) -> np.ndarray:
    found = [ids_and_floats(sql, [])[0] for sql in roll.moved(step)]
    for key in roll.due:
        known = last.measured(key)
        found.append(last.ids[known][last[key][known] < np.datetime64(step.day)])
    return ids[np.isin(ids, np.concatenate(found))] if found else np.array([], dtype=np.int64)


def unlike(one: Frame, other: Frame) -> list[str]:
    """The keys of the columns in which two frames of the same customers differ: none, where they are equal."""
    if not np.array_equal(one.ids, other.ids):
        return ["ids"]
    return [key for key in one.columns if not _same(one[key], other[key], MEASURES[key].type)]


def _same(one: np.ndarray, other: np.ndarray, type: Type) -> bool:
    if type == Type.CHOICE:
        return bool((one == other).all())
    return np.array_equal(one, other, equal_nan=True)
