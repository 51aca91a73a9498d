from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

YES_NO = {1.0: "yes", 0.0: "no"}


class Curve(Protocol):
    """From a measure's values to points, 0 (bad) to 100 (good). NaN where there is no value."""

    def points(self, values: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True, slots=True)
class Line:
    """Straight from corner to corner, flat beyond the first and the last: any direction, or up and down again."""

    at: tuple[float, ...]
    points_there: tuple[float, ...]

    def points(self, values: np.ndarray) -> np.ndarray:
        return np.interp(values, self.at, self.points_there)


@dataclass(frozen=True, slots=True)
class Answers:
    """Points for each answer of a yes/no measure or a choice. An answer that is not listed counts as missing."""

    of: Mapping[str, float]

    def points(self, values: np.ndarray) -> np.ndarray:
        given = values if values.dtype == object else [YES_NO.get(value, "") for value in values.tolist()]
        return np.array([self.of.get(answer, np.nan) for answer in given], dtype=float)


@dataclass(frozen=True, slots=True)
class Gone:
    """The curve of a measure that no app declares any more: no points for anybody."""

    def points(self, values: np.ndarray) -> np.ndarray:
        return np.full(len(values), np.nan)
