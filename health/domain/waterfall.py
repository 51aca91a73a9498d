"""What moved a score from one day to another, step by step, so that the steps sum to the change.

In fixed order: the data under the earlier version, what went missing or was found, the configuration, caps, overrides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

import numpy as np

from health.domain.calculate import Calculated, calculate
from health.domain.definition import Definition

Columns = Mapping[str, np.ndarray]
CENT = Decimal("0.01")


class Cause(StrEnum):
    DATA = "data"
    MISSING = "missing"
    CONFIGURATION = "configuration"
    CAPS = "caps"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Moment:
    """A customer's values on one day and the version that scored them; ``override`` stands in for the score."""

    definition: Definition
    values: Columns
    override: float | None = None

    @property
    def calculated(self) -> Calculated:
        return calculate(self.definition, self.values)

    @property
    def computed(self) -> float | None:
        score = float(self.calculated.score[0])
        return None if np.isnan(score) else score

    @property
    def capped_by(self) -> str:
        """The measure whose cap limits the score most; empty where none does."""
        points = dict(zip(self.definition.keys, self.calculated.points[0], strict=True))
        binding = [cap for cap in self.definition.caps if points[cap.key] <= cap.when]
        lowest = min(binding, key=lambda cap: cap.score, default=None)
        return lowest.key if lowest and lowest.score < float(self.calculated.uncapped[0]) else ""

    @property
    def shown(self) -> float | None:
        return self.computed if self.override is None else self.override


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: ``key`` names the measure of a step of data or of missing data. ``change`` is in points of score."""

    cause: Cause
    key: str
    change: Decimal
    whole: int


def waterfall(before: Moment, after: Moment) -> list[Bar]:
    """The steps, those without effect left out. Σ change is the change of the shown score to the cent, Σ whole that
    of the scores as they are read, in whole points. Raises ValueError where there is no score on one of the two days.
    """
    if before.shown is None or after.shown is None:
        raise ValueError("no score on one of the days")
    steps = _steps(before, after)
    change = _cents(after.shown) - _cents(before.shown)
    exact = [value for _cause, _key, value in steps]
    cents = spread(exact, int(change * 100), scale=100)
    whole = spread(exact, whole_points(after.shown) - whole_points(before.shown))
    bars = [
        Bar(cause, key, Decimal(points) / 100, shown)
        for (cause, key, _value), points, shown in zip(steps, cents, whole, strict=True)
    ]
    return [bar for bar in bars if bar.change or bar.whole]


def _steps(before: Moment, after: Moment) -> list[tuple[Cause, str, float]]:
    old, level = before.definition, float(before.calculated.uncapped[0])
    steps: list[tuple[Cause, str, float]] = []
    values = dict(before.values)
    # First what has a value on both days, then what has one on only one of them.
    both = [key for key in old.keys if _measured(before, key) and _measured(after, key, old)]
    changed = [key for key in old.keys if key not in both]
    for cause, keys in ((Cause.DATA, both), (Cause.MISSING, changed)):
        for key in keys:
            values[key] = _value(after.values, key, values[key])
            reached = float(calculate(old, values).uncapped[0])
            steps.append((cause, key, reached - level))
            level = reached
    uncapped = float(after.calculated.uncapped[0])
    steps.append((Cause.CONFIGURATION, "", uncapped - level))
    steps.append((Cause.CAPS, "", _capped(after, uncapped) - _capped(before, float(before.calculated.uncapped[0]))))
    steps.append((Cause.OVERRIDE, "", _overridden(after) - _overridden(before)))
    return steps


def _capped(moment: Moment, uncapped: float) -> float:
    # Without enough data there is no score to cap: what an override then stands in for is the uncapped one.
    return 0.0 if moment.computed is None else moment.computed - uncapped


def _overridden(moment: Moment) -> float:
    if moment.override is None:
        return 0.0
    return moment.override - (float(moment.calculated.uncapped[0]) if moment.computed is None else moment.computed)


def _measured(moment: Moment, key: str, definition: Definition | None = None) -> bool:
    curve = next(item.curve for item in (definition or moment.definition).items if item.key == key)
    return key in moment.values and not np.isnan(curve.points(moment.values[key])[0])


def _value(values: Columns, key: str, like: np.ndarray) -> np.ndarray:
    if key in values:
        return values[key]
    return np.array([None], dtype=object) if like.dtype == object else np.array([np.nan])


def spread(exact: Sequence[float], total: int, *, scale: int = 1) -> list[int]:
    """Each value × ``scale`` as a whole number, so that they sum to ``total``: by largest remainder, never far off."""
    scaled = np.round(np.array(exact, dtype=float) * scale, 9)
    floors = np.floor(scaled).astype(int)
    left = total - int(floors.sum())
    order = np.argsort(-(scaled - floors), kind="stable") if left > 0 else np.argsort(scaled - floors, kind="stable")
    # What has no effect takes none of the rounding, unless nothing else is there.
    order = np.array([*order[scaled[order] != 0], *order[scaled[order] == 0]], dtype=int)
    for step in range(abs(left)):
        floors[order[step % len(order)]] += 1 if left > 0 else -1
    return [int(one) for one in floors]


def whole_points(score: float) -> int:
    """A score as pages write it: of its two decimals, half to even."""
    return int(_cents(score).quantize(Decimal(1), ROUND_HALF_EVEN))


def _cents(value: float) -> Decimal:
    return Decimal(repr(round(float(value), 2))).quantize(CENT)
