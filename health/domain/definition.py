"""What a scorecard version says, as stored:

    {"minimum_coverage": 0.5,
     "bands": {"good": 70, "watch": 40},
     "applies": null,
     "groups": [{"key": "usage", "label": "Use", "weight": 40, "measures": [
         {"key": "active_days_28", "weight": 2, "points": [[0, 0], [8, 60], [20, 100]]},
         {"key": "champion_left", "weight": 1, "points": {"yes": 0, "no": 100}}]}],
     "caps": [{"measure": "champion_left", "when_points_at_most": 0, "score_at_most": 60}]}

A score from ``good`` up is good, from ``watch`` up watch, below it risk. ``applies`` is a rule that says which
customers it is for; null: all.
"""

from dataclasses import dataclass

import numpy as np

from customers.models import Band
from customers.rules import Rule
from health.domain.curves import Curve


@dataclass(frozen=True, slots=True)
class Item:
    """One measure of a group."""

    key: str
    weight: float
    curve: Curve


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    label: str
    weight: float
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """While the measure's points are at most ``when``, the score is at most ``score``."""

    key: str
    when: float
    score: float


@dataclass(frozen=True, slots=True)
class Bands:
    good: float
    watch: float

    def of(self, scores: np.ndarray) -> np.ndarray:
        """The band of each score; "unknown" for NaN."""
        known = np.where(scores >= self.good, Band.GOOD.value, Band.WATCH.value)
        known = np.where(scores < self.watch, Band.RISK.value, known)
        return np.where(np.isnan(scores), Band.UNKNOWN.value, known).astype(object)


@dataclass(frozen=True, slots=True)
class Definition:
    groups: tuple[Group, ...]
    bands: Bands
    caps: tuple[Cap, ...]
    minimum_coverage: float
    applies: Rule | None = None

    @property
    def items(self) -> list[Item]:
        """The measures in the order in which a stored score lists their values."""
        return [item for group in self.groups for item in group.items]

    @property
    def keys(self) -> list[str]:
        return [item.key for item in self.items]

    @property
    def reads(self) -> set[str]:
        """The measures that it scores, and those that say whom it is for."""
        asked = self.applies.keys if self.applies else ()
        return {*self.keys, *(key.removeprefix("measure.") for key in asked)}
