"""Exchange rates over columns of millionths.

The first rate of a day is known from that day, whenever we got it; one that corrects it, from when it was recorded.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np

from subscriptions.domain.bulk import EPOCH
from subscriptions.domain.columns import Columns

SCALE: Final = 10**8  # rates have eight decimals
ALWAYS: Final = -(10**6)  # before any day: what is known from the start


class MissingRate(Exception):
    """A movement needs an exchange rate that is not there. ``currency`` is a place in the list, ``day`` since 2000."""

    def __init__(self, currency: int, day: int) -> None:
        super().__init__(currency, day)
        self.currency, self.day = currency, day


@dataclass(frozen=True, slots=True)
class Rates:
    """``currency`` (0 is the reporting one), ``day``, ``known`` and ``rate`` in hundred-millionths, a row a rate,
    sorted by currency, day and known.
    """

    rows: Columns
    valid_days: int
    today: int
    lenient: Set[int] = frozenset()
    monthly: bool = False  # a movement counts at the rate of the first day of its month

    def day_of(self, day: np.ndarray) -> np.ndarray:
        """The day whose rate counts on a day."""
        if not self.monthly:
            return day
        return ((EPOCH + day).astype("datetime64[M]").astype("datetime64[D]") - EPOCH).astype(day.dtype)

    def find(self, currency: int, day: int, known: int) -> int | None:
        """The rate of the last day up to ``valid_days`` before; of that day the one known last at the end of
        ``known``. A day that is still to come has the rate of today until then; one that came by itself (``lenient``)
        the last rate there is, however old.
        """
        rows = self.rows
        oldest = -(2**20) if day in self.lenient else min(day, self.today) - self.valid_days + 1
        low = np.searchsorted(rows["key"], _key(currency, oldest))
        high = np.searchsorted(rows["key"], _key(currency, day), "right")
        at = next((at for at in range(int(high) - 1, int(low) - 1, -1) if rows["known"][at] <= known), None)
        return None if at is None else int(rows["rate"][at])


def sorted_rates(rows: Columns, **settings: Any) -> Rates:
    """``settings`` are the other fields of ``Rates``. ``rows`` are sorted by currency, day, known and id: the first of
    each day counts as known always.
    """
    key = _key(rows["currency"].astype(np.int64), rows["day"].astype(np.int64))
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    known = np.where(first, ALWAYS, rows["known"])
    return Rates({**rows, "key": key, "known": known}, **settings)


def corrections(rates: Rates) -> Columns:
    """(currency, known) of rates that took another's place."""
    later = rates.rows["known"] != ALWAYS
    pairs = np.unique(np.stack([rates.rows["currency"][later], rates.rows["known"][later]]), axis=1)
    return {"currency": pairs[0], "known": pairs[1]}


def convert(amount: np.ndarray, currency: np.ndarray, day: np.ndarray, known: np.ndarray, rates: Rates) -> np.ndarray:
    """Amounts in millionths in the reporting currency, rounded half-even. Raises ``MissingRate`` for the earliest day.

    ``known`` is the end of which day's knowledge counts, beside each; below 0 is what is known from the start.
    """
    foreign = np.flatnonzero((currency != 0) & (amount != 0))
    if not len(foreign):
        return amount
    keys = np.stack(
        [rates.day_of(day[foreign]), currency[foreign], np.where(known[foreign] < 0, ALWAYS, known[foreign])]
    )
    wanted, which = np.unique(keys, axis=1, return_inverse=True)
    found = [rates.find(int(code), int(on), int(then)) for on, code, then in wanted.T]
    if None in found:
        missing = wanted[:, found.index(None)]
        raise MissingRate(int(missing[1]), int(missing[0]))
    rate = np.array(found, dtype=np.int64)[which.reshape(-1)]
    converted = amount.copy()
    converted[foreign] = half_even(amount[foreign], rate, SCALE)
    return converted


def half_even(amount: np.ndarray, times: np.ndarray, by: np.ndarray | int) -> np.ndarray:
    """amount × times ÷ by, of integers, rounded half-even. Exact whatever the size: what could overflow is computed
    with Python's integers.
    """
    divisor = np.broadcast_to(np.asarray(by), amount.shape)
    fits = np.abs(amount).astype(float) * np.abs(times).astype(float) < 2.0**61
    result = np.empty(len(amount), dtype=np.int64)
    for mask, kind in ((fits, np.int64), (~fits, object)):
        if mask.any():
            result[mask] = _rounded(
                amount[mask].astype(kind) * times[mask].astype(kind), divisor[mask].astype(kind)
            ).astype(np.int64)
    return result


def _rounded(product: np.ndarray, divisor: np.ndarray) -> np.ndarray:
    quotient, rest = product // divisor, product % divisor
    above, middle = rest * 2 > divisor, rest * 2 == divisor
    return quotient + (above | (middle & (quotient % 2 == 1)))


Key = TypeVar("Key", int, np.ndarray)


def _key(currency: Key, day: Key) -> Key:
    return currency * 2**32 + day + 2**20
