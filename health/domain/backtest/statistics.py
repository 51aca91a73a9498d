"""How well a score separates, and how sure that is. Pure functions over vectors; the same seed gives the same answer.

AUC is the chance that, of one who left and one who stayed, the one who left had the lower score; ties count half. The
observations of one customer on many days hang together, so intervals and permutations draw whole customers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

SEED = 20_260_101
TIMES = 400
SHUFFLES = 200
LEVELS = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Sample:
    """Observations beside each other: ``customer`` and ``day`` count from 0; a higher score is better."""

    customer: np.ndarray
    day: np.ndarray
    score: np.ndarray
    lost: np.ndarray

    @property
    def customers(self) -> int:
        return int(self.customer.max()) + 1 if len(self.customer) else 0

    def where(self, mask: np.ndarray) -> "Sample":
        """The masked observations; customers keep their number, so that draws stay comparable."""
        return Sample(self.customer[mask], self.day[mask], self.score[mask], self.lost[mask])


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval; all NaN where nothing can be said."""

    value: float
    low: float
    high: float


def auc(sample: Sample) -> float:
    """NaN where nobody left, or nobody stayed."""
    codes, size = _ranked(sample.score)
    return _area(codes, size, sample.lost.astype(float), (~sample.lost).astype(float))


def draws(customers: int, *, times: int = TIMES, seed: int = SEED) -> np.ndarray:
    """How often each customer is drawn, in each of ``times`` draws of as many as there are: times × customers."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(customers, np.full(customers, 1 / customers), size=times) if customers else np.empty((0, 0))


def auc_of_draws(sample: Sample, drawn: np.ndarray) -> np.ndarray:
    """The AUC of each draw."""
    codes, size = _ranked(sample.score)
    lost, kept = sample.lost, ~sample.lost
    who_lost, who_kept = sample.customer[lost], sample.customer[kept]
    at_lost, at_kept = codes[lost], codes[kept]
    found = np.full(len(drawn), np.nan)
    for number, weights in enumerate(drawn):
        below = np.bincount(at_lost, weights[who_lost], size)
        above = np.bincount(at_kept, weights[who_kept], size)
        found[number] = _from_counts(below, above)
    return found


def interval(value: float, of_draws: np.ndarray) -> Interval:
    known = of_draws[~np.isnan(of_draws)]
    if np.isnan(value) or len(known) < len(of_draws) / 2 or not len(known):
        return Interval(value, np.nan, np.nan)
    low, high = np.percentile(known, LEVELS)
    return Interval(value, float(low), float(high))


def chance_of_luck(sample: Sample, *, times: int = SHUFFLES, seed: int = SEED) -> float:
    """How often scores dealt to other customers separate as well or better, in the same or the other direction.

    Each customer gets the whole course of scores of another: what hangs together within a customer stays together.
    """
    observed = abs(auc(sample) - 0.5)
    if np.isnan(observed):
        return float("nan")
    codes, size = _ranked(sample.score)
    lost, kept = sample.lost.astype(float), (~sample.lost).astype(float)
    as_good = 0
    for dealt in _shuffled(sample, codes, times, seed):
        as_good += abs(_area(dealt, size, lost, kept) - 0.5) >= observed - 1e-12
    return (1 + as_good) / (1 + times)


def rates_of_draws(customer: np.ndarray, hit: np.ndarray, weight: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """The weighted share of hits in each draw; NaN where a draw has nobody."""
    customers = drawn.shape[1]
    hits = drawn @ np.bincount(customer, weight * hit, customers)
    all_of_it = drawn @ np.bincount(customer, weight, customers)
    return np.divide(hits, all_of_it, out=np.full(len(drawn), np.nan), where=all_of_it > 0)


def lowest_tenth(sample: Sample) -> np.ndarray:
    """How much of each observation belongs to the tenth with the lowest scores of its day, 0 to 1; ties share."""
    weight = np.zeros(len(sample.score))
    for day in np.unique(sample.day):
        here = np.flatnonzero(sample.day == day)
        _values, place, count = np.unique(sample.score[here], return_inverse=True, return_counts=True)
        room = np.clip(len(here) / 10 - (np.cumsum(count) - count), 0, count)
        weight[here] = (room / count)[place]
    return weight


def gains(sample: Sample, *, points: int = 20) -> list[tuple[float, float]]:
    """Going through customers from the lowest score up: (share looked at, share of the losses found)."""
    order = np.argsort(sample.score, kind="stable")
    # Those with the same score come together: each counts as the mean of them.
    codes, size = _ranked(sample.score[order])
    share = np.bincount(codes, sample.lost[order], size) / np.maximum(np.bincount(codes, minlength=size), 1)
    found = np.cumsum(share[codes])
    total = found[-1] if len(found) else 0
    if not total:
        return []
    ends = np.linspace(0, len(order), points + 1).astype(int)
    return [(end / len(order), float(found[end - 1] / total) if end else 0.0) for end in ends]


def _ranked(score: np.ndarray) -> tuple[np.ndarray, int]:
    values, codes = np.unique(score, return_inverse=True)
    return codes, len(values)


def _area(codes: np.ndarray, size: int, lost: np.ndarray, kept: np.ndarray) -> float:
    return _from_counts(np.bincount(codes, lost, size), np.bincount(codes, kept, size))


def _from_counts(lost: np.ndarray, kept: np.ndarray) -> float:
    pairs = lost.sum() * kept.sum()
    if not pairs:
        return float("nan")
    above = kept.sum() - np.cumsum(kept)
    return float((lost * (above + kept / 2)).sum() / pairs)


def _shuffled(sample: Sample, codes: np.ndarray, times: int, seed: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(seed)
    course = _courses(sample, codes)
    who, place = np.unique(sample.customer, return_inverse=True)
    for _ in range(times):
        yield course[rng.permutation(len(who))[place], sample.day]


def _courses(sample: Sample, codes: np.ndarray) -> np.ndarray:
    """Customers × days: the rank of a customer's score; where there was none, that of the nearest day."""
    who, place = np.unique(sample.customer, return_inverse=True)
    course = np.full((len(who), int(sample.day.max()) + 1), -1)
    course[place, sample.day] = codes
    for day in range(1, course.shape[1]):
        gap = course[:, day] < 0
        course[gap, day] = course[gap, day - 1]
    for day in range(course.shape[1] - 2, -1, -1):
        gap = course[:, day] < 0
        course[gap, day] = course[gap, day + 1]
    return course
