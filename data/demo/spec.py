"""What is asked of the generator, and the grid of weeks that it thinks in."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

DEFAULT_SEED = 2  # a company near the middle of what seeds give
FEWEST_CUSTOMERS, FEWEST_MONTHS = 50, 12
THINNED_ABOVE = 5_000
RECENT_DAYS = 56
_WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Spec:
    """A company of ``customers`` with ``months`` of history up to, not including, ``today``. Same spec, same data."""

    customers: int
    months: int
    seed: int
    today: date

    def rng(self, name: str) -> np.random.Generator:
        """A stream of its own for each part, so that a change in one part leaves the others as they were."""
        return np.random.default_rng([self.seed, crc32(name.encode())])

    @property
    def end(self) -> int:
        """Today as a number of days since 1970: the first day without facts."""
        return int(np.datetime64(self.today).astype(int))

    @property
    def weeks(self) -> int:
        return round(self.months * 365.2425 / 12 / 7)

    @property
    def start(self) -> int:
        return self.end - 7 * self.weeks

    @property
    def small(self) -> bool:
        """Whether every day of usage is kept; larger companies keep a sample of their older months."""
        return self.customers <= THINNED_ABOVE

    def week_of(self, days: np.ndarray) -> np.ndarray:
        """The week each day falls into, 0 … weeks − 1; days outside count as the nearest week."""
        return np.clip((days - self.start) // 7, 0, self.weeks - 1)

    def month_starts(self) -> np.ndarray:
        """The first days of the months that the history touches, as numbers of days."""
        first, last = (np.datetime64(day, "D").astype("M8[M]") for day in (self.start, self.end - 1))
        return np.arange(first, last + 1).astype("M8[D]").astype(np.int64)


@cache
def words(name: str) -> dict[str, Any]:
    """One of the word lists beside the generator."""
    return tomllib.loads((_WORDS / f"{name}.toml").read_text(encoding="utf-8"))


def dates(days: np.ndarray) -> np.ndarray:
    """Days since 1970 as dates; what lies before 1970 stands for no date."""
    found = days.astype("M8[D]")
    found[days < 0] = np.datetime64("NaT")
    return found


def add_months(days: np.ndarray, months: np.ndarray | int) -> np.ndarray:
    """The same day of the month, ``months`` later. For days of the month up to 28."""
    day = days.astype("M8[D]")
    month = day.astype("M8[M]")
    return ((month + months).astype("M8[D]") + (day - month.astype("M8[D]"))).astype(np.int64)


def strata(rng: np.random.Generator, size: int) -> np.ndarray:
    """Numbers in (0, 1), evenly spread over ``size`` customers in random order: the same odds with less luck."""
    return (rng.permutation(size) + rng.random(size)) / size
