from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from customers.models import Merge
from surveys.domain.scales import SCALES, Scale
from surveys.models import Ask, Invitation
from surveys.queries.frame import Columns, Facts, day_number, facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which answers count: of ``surveys`` of one kind, given on days in [start, end), by ``customers`` (all: None).

    Answers picked by a CSM or taken by phone stay out, unless ``all_channels``.
    """

    surveys: tuple[int, ...]
    start: date
    end: date
    kind: str = "nps"
    customers: tuple[int, ...] | np.ndarray | None = None
    all_channels: bool = False
    by_standing: bool = False
    source: Facts = field(default_factory=facts)

    @property
    def scale(self) -> Scale:
        return SCALES[self.kind]

    def between(self, start: date, end: date) -> "Asked":
        return replace(self, start=start, end=end)

    def answers(self) -> Columns:
        found = self._among(self.source.answers)
        return found if self.all_channels else _where(found, found["channel"] == 0)

    def invitations(self) -> Columns:
        """Those of the programme that reached somebody: sent or uncertain, and not come back."""
        found = self._among(self.source.invitations)
        if not self.all_channels:
            found = _where(found, found["by_hand"] == 0)
        gone = returned()
        return _where(found, ~np.isin(found["id"], gone)) if len(gone) else found

    def _among(self, columns: Columns) -> Columns:
        # Both tables are kept in the order of their days.
        first, last = np.searchsorted(columns["day"], [day_number(self.start), day_number(self.end)])
        inside = {name: one[first:last] for name, one in columns.items()}
        keep = _is_one_of(inside["survey"], self.surveys)
        if self.customers is not None:
            keep &= member(inside["customer"], np.asarray(self.customers, dtype=np.int64))
        return _where(inside, keep)


def signs(scores: np.ndarray, scale: Scale) -> np.ndarray:
    """1 for promoters, −1 for detractors, 0 for the others."""
    return (scores >= scale.promoter).astype(np.int64) - (scores < scale.passive)


def of_persons(answers: Columns) -> np.ndarray:
    """Which answers a known contact, or whoever was asked, gave: the others are in no rate (R27)."""
    return ((answers["contact"] > 0) | (answers["invitation"] > 0)) & (answers["customer"] > 0)


def member(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Which of ``values`` are among the ids: by a table, since ids are dense."""
    size = int(max(values.max(initial=0), among.max(initial=0))) + 1
    table = np.zeros(size, dtype=bool)
    table[among] = True
    return table[values]


def returned() -> np.ndarray:
    """The invitations whose mail came back."""
    gone = Ask.objects.exclude(returned="").values("uid")
    rows = Invitation.objects.filter(uid__in=gone).values_list("pk", flat=True)
    return np.fromiter(rows, dtype=np.int64)


def canonical(customers: np.ndarray) -> np.ndarray:
    """The customers that these are merged into now."""
    merges = dict(Merge.objects.open().values_list("from_customer", "into_customer"))
    if not merges:
        return customers
    table = np.arange(int(max(customers.max(initial=0), *merges.values(), *merges)) + 1)
    for before, after in merges.items():
        table[before] = after
    return table[customers]


def _is_one_of(surveys: np.ndarray, wanted: tuple[int, ...]) -> np.ndarray:
    found = np.zeros(len(surveys), dtype=bool)
    for one in wanted:
        found |= surveys == one
    return found


def _where(columns: Columns, keep: np.ndarray) -> Columns:
    if keep.all():
        return columns
    return {name: one[keep] for name, one in columns.items()}
