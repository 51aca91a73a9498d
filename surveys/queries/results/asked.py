from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np

from core import clock
from core.clock import AsOf
from customers.queries.canonical import merged_as_of
from surveys.domain.scales import SCALES, Scale
from surveys.models import Ask, Invitation
from surveys.queries.columns import Columns
from surveys.queries.frame import Facts, day_number, facts

T = TypeVar("T")


class Rows:
    """Some rows of kept columns; a column is cut out when it is asked for, once."""

    def __init__(self, columns: Columns, places: slice | np.ndarray) -> None:
        self._columns, self._places = columns, places
        self._cut: Columns = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._cut:
            self._cut[name] = self._columns[name][self._places]
        return self._cut[name]

    def __len__(self) -> int:
        return len(self["day"])

    def where(self, keep: np.ndarray) -> "Rows":
        if keep.all():
            return self
        chosen = np.flatnonzero(keep)
        if isinstance(self._places, slice):
            return Rows(self._columns, chosen + (self._places.start or 0))
        return Rows(self._columns, self._places[chosen])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which answers count: of ``surveys`` of one kind, given on days in [start, end), by ``customers`` (all: None), by
    what was known at 00:00 of ``known_on`` (by now: None).

    Answers picked by a CSM or taken by phone stay out, unless ``all_channels``.
    """

    surveys: tuple[int, ...]
    start: date
    end: date
    kind: str = "nps"
    customers: tuple[int, ...] | np.ndarray | None = None
    all_channels: bool = False
    by_standing: bool = False
    known_on: date | None = None
    source: Facts = field(default_factory=facts)
    found: dict[Any, Any] = field(default_factory=dict, compare=False)

    @property
    def scale(self) -> Scale:
        return SCALES[self.kind]

    @property
    def known(self) -> date:
        return self.known_on or clock.today() + timedelta(days=1)

    def between(self, start: date, end: date) -> "Asked":
        return replace(self, start=start, end=end)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """What ``make`` returns, made once for this question over all its periods."""
        if key not in self.found:
            self.found[key] = make()
        found: T = self.found[key]
        return found

    def answers(self) -> Rows:
        """Those that count: of one invitation the one known last, and none that was withdrawn."""
        return self.once(("answers", self.start, self.end), self._answers)

    def invitations(self) -> Rows:
        """Those of the programme that reached somebody: sent or uncertain, and not come back."""
        return self.once(("invitations", self.start, self.end), self._invitations)

    def answered(self) -> np.ndarray:
        """By id of an invitation, whether an answer to it counts, whenever it was given."""
        return self.once("answered", self._answered)

    def canonical(self, customers: np.ndarray) -> np.ndarray:
        """The customers that these were known to be merged into."""
        merges = self.once("merges", self._merges)
        if not merges:
            return customers
        table = np.arange(int(max(customers.max(initial=0), *merges.values(), *merges)) + 1)
        for before, after in merges.items():
            table[before] = after
        return table[customers]

    def _answers(self) -> Rows:
        rows = self._inside(self.source.answers)
        keep = self._counts(rows) & (rows["until"] >= day_number(self.known)) & (rows["withdrawn"] == 0)
        return rows.where(keep)

    def _invitations(self) -> Rows:
        rows = self._inside(self.source.invitations)
        gone, keep = self.once("returned", returned), self._counts(rows)
        return rows.where(keep & ~member(rows["id"], gone) if len(gone) else keep)

    def _answered(self) -> np.ndarray:
        rows, known = self.source.answers, day_number(self.known)
        counts = (rows["invitation"] > 0) & (rows["known_on"] < known) & (rows["until"] >= known)
        return table_of(rows["invitation"][counts & (rows["withdrawn"] == 0)])

    def _inside(self, columns: Columns) -> Rows:
        # Both tables are kept in the order of their days.
        first, last = np.searchsorted(columns["day"], [day_number(self.start), day_number(self.end)])
        return Rows(columns, slice(int(first), int(last)))

    def _counts(self, rows: Rows) -> np.ndarray:
        keep = _is_one_of(rows["survey"], self.surveys) & (rows["known_on"] < day_number(self.known))
        if not self.all_channels:
            keep &= rows["channel"] == 0
        if self.customers is not None:
            keep &= looked_up(self.once("customers", lambda: table_of(np.asarray(self.customers))), rows["customer"])
        return keep

    def _merges(self) -> dict[int, int]:
        return merged_as_of(AsOf(self.known, self.known))


def signs(scores: np.ndarray, scale: Scale) -> np.ndarray:
    """1 for promoters, −1 for detractors, 0 for the others."""
    return (scores >= scale.promoter).astype(np.int8) - (scores < scale.passive)


def of_persons(answers: Rows) -> np.ndarray:
    """Which answers a known contact, or whoever was asked, gave: the others are in no rate (R27)."""
    return ((answers["contact"] > 0) | (answers["invitation"] > 0)) & (answers["customer"] > 0)


def table_of(ids: np.ndarray) -> np.ndarray:
    """By id, whether it is among these: ids are dense."""
    table = np.zeros(int(ids.max(initial=0)) + 1, dtype=bool)
    table[ids.astype(np.int64)] = True
    return table


def looked_up(table: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Which of ``values`` a table of ids has."""
    if not len(values) or values.max() < len(table):
        return table[values]
    return table[np.minimum(values, len(table) - 1)] & (values < len(table))


def member(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Which of ``values`` are among the ids."""
    return looked_up(table_of(among), values)


def returned() -> np.ndarray:
    """The invitations whose mail came back."""
    gone = Ask.objects.exclude(returned="").values("uid")
    rows = Invitation.objects.filter(uid__in=gone).values_list("pk", flat=True)
    return np.fromiter(rows, dtype=np.int64)


def _is_one_of(surveys: np.ndarray, wanted: tuple[int, ...]) -> np.ndarray:
    found = np.zeros(len(surveys), dtype=bool)
    for one in wanted:
        found |= surveys == one
    return found
