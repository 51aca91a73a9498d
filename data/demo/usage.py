"""What the customers did in the product, day by day: events by feature, users, persons, and the two feeds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.demo import catalogue as cat
from data.demo import stories
from data.demo.hidden import RELEASE_DAYS_AGO
from data.demo.population import Population
from data.demo.spec import RECENT_DAYS, Spec, words
from data.demo.world import World

CLASSIC_DIED_DAYS_AGO = 33
CORE = sum(feature.kind == "core" for feature in cat.FEATURES)  # they come first
SAMPLE_EVERY = 28  # of the older days of large companies
PERSONS_AT_MOST = 9  # in large companies
CHUNK = 8_000
WEEKDAYS = (1.0, 1.03, 1.02, 1.0, 0.88, 0.12, 0.07)  # from Monday
SEASONS = {
    "flat": (1, 1, 1, 1, 1, 1, 0.96, 0.95, 1, 1, 1, 0.95),
    "autumn": (0.95, 0.95, 1, 1, 1, 1, 0.97, 0.95, 1.08, 1.12, 1.12, 1.0),
    "summer_dip": (1, 1, 1.02, 1, 1, 1, 0.85, 0.72, 1.02, 1.05, 1.03, 0.88),
    "winter_dip": (0.8, 0.85, 1, 1.06, 1.08, 1.08, 1.03, 1, 1.05, 1.02, 0.95, 0.75),
    "holiday_peak": (0.92, 0.93, 0.97, 1, 1, 0.98, 0.95, 0.95, 1, 1.05, 1.16, 1.15),
    "school": (1.05, 1.05, 1.05, 1, 1.05, 0.9, 0.4, 0.45, 1.1, 1.05, 1.05, 0.75),
}
HOLIDAYS = {(12, 24), (12, 25), (12, 26), (12, 27), (12, 28), (12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (5, 1)}


@dataclass(slots=True)
class Rows:
    """Usage of some customers in one month: one entry a (customer, feature, day). Feature −1: the day over all."""

    customer: np.ndarray
    feature: np.ndarray
    day: np.ndarray
    known_on: np.ndarray
    events: np.ndarray
    users: np.ndarray
    errors: np.ndarray


@dataclass(slots=True)
class Persons:
    """Who was active when, in one month: one entry a person."""

    customer: np.ndarray
    person: np.ndarray
    days: np.ndarray


@dataclass(slots=True)
class Crew:
    """Everyone with a login, sorted by customer."""

    customer: np.ndarray
    person: np.ndarray
    diligence: np.ndarray
    since: np.ndarray


class Usage:
    """Draws usage month by month; counts by the way on which day how many customers of a feed were seen."""

    def __init__(self, world: World) -> None:
        self.spec, self.pop, self.hidden, self.fates = world.spec, world.pop, world.hidden, world.fates
        spec, pop = self.spec, self.pop
        self.crew = _crew(spec, pop)
        self.taken_up = _taken_up(spec, pop)
        self.seen = np.zeros((2, spec.end - spec.start), dtype=np.int64)
        self.connected = np.flatnonzero(pop.feed != cat.NO_FEED)

    def month(self, first: int) -> Iterator[tuple[Rows, Persons]]:
        """The usage of the month that begins on ``first``, a few thousand customers at a time, in order."""
        days = self._days(first)
        if len(days):
            rng = self.spec.rng(f"usage {first}")
            for start in range(0, len(self.connected), CHUNK):
                yield self._draw(rng, first, days, self.connected[start : start + CHUNK])

    def _days(self, first: int) -> np.ndarray:
        """The days of the month to draw: all, or of older months of large companies one in four weeks.

        Of those only the day over all and the core features are kept.
        """
        last = int((np.datetime64(int(first), "D").astype("M8[M]") + 1).astype("M8[D]").astype(int))
        days = np.arange(max(first, self.spec.start), min(last, self.spec.end))
        recent = days >= self.spec.end - RECENT_DAYS
        return days if self.spec.small else days[recent | ((self.spec.end - days) % SAMPLE_EVERY == 1)]

    def _draw(self, rng: np.random.Generator, first: int, days: np.ndarray, who: np.ndarray) -> tuple[Rows, Persons]:
        level = self._level(days, who)
        crew = slice(*np.searchsorted(self.crew.customer, [who[0], who[-1] + 1]))
        owner = np.searchsorted(who, self.crew.customer[crew])
        here = self.crew.since[crew, None] <= days
        odds = self.crew.diligence[crew, None] * level[owner]
        active = here & (rng.random(odds.shape, dtype=np.float32) < odds)
        starts = np.searchsorted(owner, np.arange(len(who)))
        users = np.add.reduceat(active, starts, axis=0, dtype=np.int32)
        rows = self._rows(rng, days, who, users, level)
        return rows, self._persons(first, days, crew, active)

    def _level(self, days: np.ndarray, who: np.ndarray) -> np.ndarray:
        """How busy each customer is on each day, about 0 to 1: condition, calendar, season, beginning and end."""
        condition = self.hidden.condition[self.spec.week_of(days)][:, who].T
        level = 1 / (1 + np.exp(-(1.15 * condition + 0.75)))
        since, ends = self.pop.since[who, None], self.fates.leaving()[who, None]
        back = np.where(self.fates.returned >= 0, self.fates.returned, np.iinfo(np.int64).max)[who, None]
        told = np.where(self.fates.told_on >= 0, self.fates.told_on, np.iinfo(np.int64).max)[who, None]
        level *= np.clip((days - since + 5) / 45, 0, 1)
        level = np.where((days >= told) & (days < ends), level * 0.55, level)
        dark = np.where(self.hidden.dark_from >= 0, self.hidden.dark_from, np.iinfo(np.int64).max)[who, None]
        there = ((days >= since) & (days < ends) | (days >= back)) & (days < dark)
        level = np.where(there & self._feed_alive(days, who), level, 0)
        return (level * self._calendar(days, who)).astype(np.float32)

    def _feed_alive(self, days: np.ndarray, who: np.ndarray) -> np.ndarray:
        return (self.pop.feed[who, None] != cat.CLASSIC) | (days < self.spec.end - CLASSIC_DIED_DAYS_AGO)

    def _calendar(self, days: np.ndarray, who: np.ndarray) -> np.ndarray:
        dates = days.astype("M8[D]")
        month = dates.astype("M8[M]").astype(np.int64) % 12
        of_month = (dates - dates.astype("M8[M]").astype("M8[D]")).astype(np.int64) + 1
        holiday = np.array([(m + 1, d) in HOLIDAYS for m, d in zip(month, of_month, strict=True)])
        weekday = np.array(WEEKDAYS)[(days + 3) % 7] * np.where(holiday, 0.3, 1.0)
        seasons = np.array([SEASONS[entry["season"]] for entry in words("names")["industries"].values()])
        return seasons[self.pop.industry[who]][:, month] * weekday

    def _rows(
        self, rng: np.random.Generator, days: np.ndarray, who: np.ndarray, users: np.ndarray, level: np.ndarray
    ) -> Rows:
        pace = np.array([feature.pace for feature in cat.FEATURES], dtype=np.float32)
        taken = self.taken_up[who][:, :, None] <= days
        expected = users[:, None, :] * pace[:, None] * taken * (0.35 + level[:, None, :])
        events = rng.poisson(expected).astype(np.int32)
        events[:, 0] = np.maximum(events[:, 0], users > 0)
        total = events.sum(axis=1, dtype=np.int32)
        every = np.concatenate([total[:, None], events], axis=1)
        people = np.minimum(users[:, None, :], np.maximum(1, every))
        errors = np.zeros_like(every)
        errors[:, 0] = rng.poisson(total * self._error_rate(days, who))
        known = np.broadcast_to(self._known_on(rng, days, users)[:, None, :], every.shape)
        kept = (every > 0) & (known < self.spec.end)
        if not self.spec.small:
            kept[:, 1 + CORE :] &= days >= self.spec.end - RECENT_DAYS
        at = np.nonzero(kept)
        customer, feature, day = at
        self._count(who, days, users)
        return Rows(who[customer], feature - 1, days[day], known[at], every[at], people[at], errors[at])

    def _error_rate(self, days: np.ndarray, who: np.ndarray) -> np.ndarray:
        """Four in a thousand events; for two weeks after the faulty release a quarter, where it hit."""
        released = self.spec.end - RELEASE_DAYS_AGO
        broken = self.hidden.hit[who, None] & (days >= released) & (days < released + 16)
        return np.where(broken, 0.25, 0.004)

    def _known_on(self, rng: np.random.Generator, days: np.ndarray, users: np.ndarray) -> np.ndarray:
        """Mostly the same day; one day in a hundred arrives two to six days late."""
        late = rng.random(users.shape, dtype=np.float32) < 0.01
        return days + np.where(late, rng.integers(2, 7, users.shape), 0)

    def _count(self, who: np.ndarray, days: np.ndarray, users: np.ndarray) -> None:
        for feed in (cat.CLOUD, cat.CLASSIC):
            self.seen[feed, days - self.spec.start] += (users[self.pop.feed[who] == feed] > 0).sum(axis=0)

    def _persons(self, first: int, days: np.ndarray, crew: slice, active: np.ndarray) -> Persons:
        keep = active.any(axis=1) & (self.pop.feed[self.crew.customer[crew]] == cat.CLOUD)
        bits = (active[keep].astype(np.int64) << (days - first)).sum(axis=1)
        return Persons(self.crew.customer[crew][keep], self.crew.person[crew][keep], bits)

    def has_persons(self, first: int) -> bool:
        """Whether persons are written for the month: of large companies only for the latest three."""
        return self.spec.small or first >= self.spec.end - 92


def _crew(spec: Spec, pop: Population) -> Crew:
    rng = spec.rng("crew")
    count = pop.people if spec.small else np.minimum(pop.people, PERSONS_AT_MOST)
    customer = np.repeat(np.arange(len(pop)), count)
    size = len(customer)
    begun = pop.since[customer]
    later = rng.random(size) < 0.25
    since = begun + np.where(later, rng.random(size) * np.maximum(spec.end - begun, 1), rng.integers(0, 30, size))
    person = rng.integers(-(2**62), 2**62, size)
    order = np.lexsort((person, customer))
    return Crew(customer, person[order], rng.beta(2.2, 1.1, size), since.astype(np.int64))


def _taken_up(spec: Spec, pop: Population) -> np.ndarray:
    """From which day each customer uses each feature: the core ones soon, the others later, or never."""
    rng = spec.rng("features")
    shape = (len(pop), len(cat.FEATURES))
    reach = np.array([feature.reach for feature in cat.FEATURES]) ** np.exp(-0.35 * pop.fit[:, None])
    core = np.array([feature.kind == "core" for feature in cat.FEATURES])
    wait = np.where(core, rng.integers(0, 40, shape), rng.integers(20, 300, shape))
    taken_up = np.where(rng.random(shape) < reach, pop.since[:, None] + wait, np.iinfo(np.int64).max)
    taken_up[tuple(np.array(stories.unused()).T)] = np.iinfo(np.int64).max
    return taken_up
