"""Where values stand: ticks at round numbers, straight scales, and places side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

NOTHING = 1e-9  # a difference that only comes from counting in floats
STEPS = (1, 2, 2.5, 5, 10)


def nice_step(span: float, count: int) -> float:
    """The smallest of 1, 2, 2.5, 5 × 10ⁿ that divides ``span`` into at most ``count`` parts."""
    raw = span / count
    power = 10 ** floor(log10(raw))
    return next(step * power for step in STEPS if step * power >= raw * (1 - 1e-9))


def nice_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers from at or below ``low`` to at or above ``high``; at least two."""
    if high - low <= max(abs(low), abs(high)) * NOTHING:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < NOTHING:
        high = low + 1.0
    step = nice_step(high - low, count)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


@dataclass(frozen=True)
class Linear:
    """A straight line from the values ``low … high`` to the places ``start … end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low) if self.high != self.low else 0.5
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True)
class Band:
    """``count`` equal places side by side over 100 percent, with ``gap`` (a share of a place) between them."""

    count: int
    gap: float = 0.3

    @property
    def width(self) -> float:
        return 100 / max(self.count, 1) * (1 - self.gap)

    def left(self, index: int) -> float:
        return 100 / max(self.count, 1) * (index + self.gap / 2)

    def middle(self, index: int) -> float:
        return self.left(index) + self.width / 2


def fitting(values: Iterable[float], *, zero: bool, count: int = 4) -> list[float]:
    """Ticks that hold all ``values``, and zero where bars stand on it."""
    found = list(values) or [0.0]
    low, high = min(found), max(found)
    return nice_ticks(min(low, 0.0) if zero else low, max(high, 0.0) if zero else high, count)
