"""Shares of few cases, with how sure they are."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """``k`` of ``n``, with Wilson's 95 % interval (Wilson 1927). Of nobody there is no share."""

    k: int
    n: int

    @property
    def value(self) -> float | None:
        return self.k / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        if not self.n:
            return 0.0, 1.0
        share, n = self.k / self.n, self.n
        middle = share + Z * Z / (2 * n)
        half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        below = 1 + Z * Z / n
        return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)


def difference(one: Share, other: Share) -> tuple[float, float, float]:
    """How much larger the first share is, and the 95 % interval of that (Newcombe 1998, method 10).

    Raises ValueError where one of them is of nobody.
    """
    if one.value is None or other.value is None:
        raise ValueError("a share of nobody")
    (low, high), (other_low, other_high) = one.interval, other.interval
    gap = one.value - other.value
    return (
        gap,
        gap - sqrt((one.value - low) ** 2 + (other_high - other.value) ** 2),
        gap + sqrt((high - one.value) ** 2 + (other.value - other_low) ** 2),
    )
