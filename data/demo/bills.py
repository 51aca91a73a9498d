"""Invoices: what was billed when, and whether and when it was paid."""

from dataclasses import dataclass

import numpy as np

from data.demo import catalogue as cat
from data.demo import stories
from data.demo.fates import DUNNING
from data.demo.spec import add_months
from data.demo.world import World

CARD_FAILS = 0.035
ATTEMPTS = (0, 3, 5)  # days after the bill
RECOVERED_AFTER = 6  # in the story


@dataclass(slots=True)
class Bills:
    """One entry an invoice; days are −1 where it did not come to that."""

    line: np.ndarray
    customer: np.ndarray
    day: np.ndarray
    due: np.ndarray
    cents: np.ndarray
    failures: np.ndarray
    paid: np.ndarray
    written_off: np.ndarray

    def __len__(self) -> int:
        return len(self.day)


def bill(world: World) -> Bills:
    """All invoices since the history begins, in the order of their subscriptions."""
    line, day = _billed(world)
    rng, size, end = world.spec.rng("bills"), len(day), world.spec.end
    customer = world.lines.customer[line]
    version = _version_on(world, line, day)
    by_card = world.pop.by_card[customer]
    fatal = day == world.fates.failed_on[customer]
    failures = np.where(by_card & (rng.random(size) < CARD_FAILS) & (day < end - 3), rng.integers(1, 4, size), 0)
    failures = np.where(world.pop.told[customer], _told_failures(world, customer, day), failures)
    failures = np.where(fatal, len(ATTEMPTS), failures)
    wait = np.where(
        by_card, np.where(failures > 0, np.array([0, 2, 4, 9])[failures], 0), _slowness(world, rng, customer, day)
    )
    wait = np.where(world.pop.told[customer] & (failures > 0), RECOVERED_AFTER, wait)
    paid = np.where(fatal | (day + wait >= end), -1, day + wait)
    written_off = np.where(fatal & (day + DUNNING < end), day + DUNNING, -1)
    due = day + np.where(by_card, 0, 30)
    return Bills(line, customer, day, due, world.deals.cents[version], failures, paid, written_off)


def _billed(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Lines and days: each interval from the line's first day on, while it runs and is past its trial."""
    spec, lines = world.spec, world.lines
    months = np.array(cat.INTERVAL_MONTHS)[world.pop.interval[lines.customer]]
    line, day = [], []
    # A line that began before the history is first billed in the round that reaches it.
    passed = np.maximum((spec.start - lines.starts) / 30.44 / months - 1, 0).astype(np.int64)
    for step in range(spec.months + 3):
        when = add_months(_early(lines.starts), (passed + step) * months)
        runs = (when >= spec.start) & (when < spec.end) & ((lines.ends < 0) | (when < lines.ends))
        line.append(np.flatnonzero(runs))
        day.append(when[runs])
    where, when = np.concatenate(line), np.concatenate(day)
    order = np.lexsort((when, where))
    return where[order], when[order]


def _early(days: np.ndarray) -> np.ndarray:
    month = days.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
    return np.minimum(days, month + 27)


def _version_on(world: World, line: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The version (by index) of each line that is in force on a day, or its first."""
    span = 1 << 20
    found = np.searchsorted(world.deals.sub * span + world.deals.starts, line * span + day, side="right") - 1
    first = np.searchsorted(world.deals.sub, line)
    return np.maximum(found, first)


def _slowness(world: World, rng: np.random.Generator, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Days from a bill to its payment where no card is charged: most are in time, some never are."""
    size = len(day)
    condition = world.hidden.condition[world.spec.week_of(day), customer]
    manner = world.spec.rng("payers").choice(3, len(world.pop), p=[0.78, 0.16, 0.06])[customer]
    manner = np.where(world.pop.told[customer], 0, manner)
    usual = np.array([18, 31, 46])[manner] + rng.normal(0, 1, size) * np.array([6, 9, 16])[manner]
    return np.clip(usual + np.where(condition < -1, 6, 0), 1, None).astype(np.int64)


def _told_failures(world: World, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    failures = np.zeros(len(day), dtype=np.int64)
    for at, story in enumerate(stories.told()):
        if "card_failed" in story:
            ago = world.spec.end - day
            failures[(customer == at) & (np.abs(ago - story["card_failed"]) < 5)] = len(ATTEMPTS)
    return failures
