"""What scoring says of customers, before any of it is stored."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from customers.registry import Frame
from health.domain import overrides
from health.domain.calculate import Calculated
from health.domain.definition import Definition
from health.domain.versions import InForce


@dataclass(frozen=True, slots=True)
class Part:
    """The customers of one version: their rows in the frame, and what came out."""

    used: InForce
    rows: np.ndarray
    calculated: Calculated

    def columns(self, frame: Frame) -> dict[str, np.ndarray]:
        """The values of its measures, of its customers; of a measure that is gone, none."""
        return columns(self.used.definition, frame, self.rows)


@dataclass(frozen=True)
class Result:
    """The scores of customers as of the frame's day; vectors beside ``frame.ids``.

    ``score`` is NaN where there is none; ``band`` is "unknown" there; ``version`` is 0 for who is not scored: gone
    customers, and those that no scorecard is for. All is as computed; ``override`` is what somebody put in the place
    of a score, NaN where nobody did: read when it is asked for.
    """

    frame: Frame
    parts: list[Part]
    version: np.ndarray
    score: np.ndarray
    band: np.ndarray
    coverage: np.ndarray

    @cached_property
    def override(self) -> np.ndarray:
        return overrides.as_of(self.frame.at, self.frame.ids)

    @property
    def scored(self) -> np.ndarray:
        return self.version > 0

    @property
    def overridden(self) -> np.ndarray:
        return self.scored & ~np.isnan(self.override)

    def override_of(self, row: int) -> float | None:
        return float(self.override[row]) if self.overridden[row] else None

    def shown(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores and bands as people see them: the override's, where there is one."""
        score, band = np.where(self.overridden, self.override, self.score), self.band.copy()
        for part in self.parts:
            rows = part.rows[self.overridden[part.rows]]
            band[rows] = part.used.definition.bands.of(self.override[rows])
        return score, band


def columns(definition: Definition, frame: Frame, rows: np.ndarray) -> dict[str, np.ndarray]:
    missing = np.full(len(frame), np.nan)
    return {key: frame.columns.get(key, missing)[rows] for key in definition.keys}
