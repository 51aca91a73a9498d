"""The truth behind the facts: how each customer really fares, week by week, and what becomes of it.

Nothing here is written to the database. A customer's condition wanders around how well the product fits it, falls
when a champion leaves, a release breaks things or interest fades for a while, and drives usage, tickets, answers
and contact. The odds to leave are the sum of three: what the condition and visible causes add, what nobody could have
seen coming (at least 30 % of all losses), and cards that fail. Size, industry and season move usage, too, and mean
little for leaving: they are there to mislead.
"""

from dataclasses import dataclass

import numpy as np

from data.demo import catalogue as cat
from data.demo.population import Population, next_term_end
from data.demo.spec import Spec, strata

RELEASE_DAYS_AGO = 70
RELEASE_HITS = 40
RISE_DAYS = (300, 180)
RISE = 0.14

VISIBLE_ODDS = 0.0150  # a year, for a customer in average condition
CHANCE_ODDS = 0.040
CARD_ODDS = 0.123
CONDITION_PULL = 1.5
WEEK = 7 / 365.2425
LEAD = 26  # weeks

NOTHING, CONDITION, CHAMPION, RELEASE, PRICE, CARD = range(6)
CAUSES = ("none", "usage", "champion", "release", "price", "payment")


@dataclass(slots=True)
class Hidden:
    """Weeks × customers where not said otherwise. Days are −1 where nothing of the kind happened."""

    condition: np.ndarray
    visible: np.ndarray  # chance to be lost in that week for reasons that show
    chance: np.ndarray  # … for reasons that don't
    card: np.ndarray  # … because a card fails
    champion_left: np.ndarray  # a customer: the day
    champion_new: np.ndarray
    hit: np.ndarray  # a customer: by the faulty release
    rise: np.ndarray  # a customer: in the cohort whose price rose
    lost: np.ndarray  # a customer: the day of the notice, or of the end where the payment failed
    cause: np.ndarray
    dark_from: np.ndarray  # a customer: not seen in the product since


def live(spec: Spec, pop: Population) -> Hidden:
    """The hidden course of every customer up to today, and who is lost, when and why."""
    rng, size = spec.rng("hidden"), len(pop)
    champion_left, champion_new = _departures(spec, rng, pop)
    hidden = Hidden(
        condition=np.zeros((spec.weeks, size), dtype=np.float32),
        visible=np.zeros((spec.weeks, size), dtype=np.float32),
        chance=np.zeros((spec.weeks, size), dtype=np.float32),
        card=np.zeros((spec.weeks, size), dtype=np.float32),
        champion_left=champion_left,
        champion_new=champion_new,
        hit=_hit(spec, rng, pop),
        rise=_rise(spec, pop),
        lost=np.full(size, -1),
        cause=np.zeros(size, dtype=np.int64),
        dark_from=np.full(size, -1),
    )
    _wander(spec, rng, pop, hidden)
    _odds(spec, pop, hidden)
    _fates(spec, pop, hidden)
    return hidden


def _departures(spec: Spec, rng: np.random.Generator, pop: Population) -> tuple[np.ndarray, np.ndarray]:
    """When the first champion leaves (9 % a year), and when another is found (two thirds, after about 15 weeks)."""
    after = rng.exponential(365 / 0.09, len(pop)).astype(np.int64)
    left = np.maximum(pop.since, spec.start) + 30 + after
    found = left + 28 + rng.exponential(80, len(pop)).astype(np.int64)
    found = np.where(rng.random(len(pop)) < 0.65, found, -1)
    gone = left < spec.end
    return np.where(gone, left, -1), np.where(gone & (found < spec.end), found, -1)


def _hit(spec: Spec, rng: np.random.Generator, pop: Population) -> np.ndarray:
    """Who the faulty release hits: forty, or a tenth of a small company."""
    there = np.flatnonzero((pop.since < spec.end - RELEASE_DAYS_AGO - 90) & (pop.feed == cat.CLOUD) & ~pop.told)
    hit = np.zeros(len(pop), dtype=bool)
    hit[rng.permutation(there)[: min(RELEASE_HITS - 1, len(pop) // 10)]] = True
    return hit


def _rise(spec: Spec, pop: Population) -> np.ndarray:
    """Team customers whose yearly renewal fell into one quarter: their price rose more than agreed."""
    due = next_term_end(pop, spec.end - RISE_DAYS[0])
    fits = (pop.plan == cat.TEAM) & (pop.term_months == 12) & (pop.since < spec.end - RISE_DAYS[0])
    return fits & (due < spec.end - RISE_DAYS[1]) & ~pop.told


def _wander(spec: Spec, rng: np.random.Generator, pop: Population, hidden: Hidden) -> None:
    size = len(pop)
    condition = pop.fit + rng.normal(0, 0.4, size)
    faded = np.zeros(size, dtype=np.int64)  # weeks that a loss of interest still lasts
    depth = np.zeros(size)
    for week in range(spec.weeks):
        day = spec.start + 7 * week
        fades = (faded == 0) & (rng.random(size) < 0.22 * WEEK)
        faded = np.where(fades, rng.integers(20, 55, size), np.maximum(faded - 1, 0))
        depth = np.where(fades, rng.uniform(1.0, 2.4, size), depth)
        level = pop.fit - np.where(faded > 0, depth, 0.0) - _without_champion(hidden, day)
        condition += 0.07 * (level - condition) + rng.normal(0, 0.15, size)
        if day <= spec.end - RELEASE_DAYS_AGO < day + 7:
            condition -= 0.9 * hidden.hit
        hidden.condition[week] = condition


def _without_champion(hidden: Hidden, day: int) -> np.ndarray:
    left = (hidden.champion_left >= 0) & (hidden.champion_left <= day)
    found = (hidden.champion_new >= 0) & (hidden.champion_new <= day)
    return np.where(left, np.where(found, 0.25, 1.1), 0.0)


def _odds(spec: Spec, pop: Population, hidden: Hidden) -> None:
    for week in range(spec.weeks):
        before = hidden.condition[max(0, week - 3)]  # what is felt today is decided some weeks later
        odds = _odds_of(spec, pop, hidden, spec.start + 7 * week, before)
        hidden.visible[week], hidden.chance[week], hidden.card[week] = odds


def _odds_of(spec: Spec, pop: Population, hidden: Hidden, day: int, condition: np.ndarray) -> np.ndarray:
    """The chance of each customer to be lost in the week of ``day``: visibly, by chance, by card."""
    timing, there = decision(pop, day), (pop.since + 28 <= day) & pop.drawn
    small = -0.25 * (np.log(pop.employees) - 4.9) / 1.25
    pull = -CONDITION_PULL * condition + small + 0.25 * (pop.since > day - 365) + _extra(spec, hidden, day)
    visible = timing * VISIBLE_ODDS * np.exp(np.minimum(pull, 4.2))
    return there * WEEK * np.stack([visible, (0.2 + 0.8 * timing) * CHANCE_ODDS, pop.by_card * CARD_ODDS])


def _notices_before(spec: Spec, pop: Population, hidden: Hidden) -> np.ndarray:
    """The odds of half a year before the history, for those whose term then ran on into it: weeks × 3 × customers."""
    found = []
    for week in range(-LEAD, 0):
        day = spec.start + 7 * week
        runs_on = next_term_end(pop, day + pop.notice_days) > spec.start
        odds = _odds_of(spec, pop, hidden, day, hidden.condition[0]) * (runs_on & pop.with_term)
        found.append(odds)
    return np.array(found)


def _extra(spec: Spec, hidden: Hidden, day: int) -> np.ndarray:
    """What a missing champion and a raised price add to the condition's pull."""
    return 0.5 * (_without_champion(hidden, day) > 1) + 0.9 * hidden.rise * (day > spec.end - RISE_DAYS[0] - 90)


def decision(pop: Population, day: int) -> np.ndarray:
    """How near the decision is: most notices fall into the weeks before the last day to give one."""
    left = next_term_end(pop, day) - np.where(pop.auto_renews, pop.notice_days, 3) - day
    weight = np.select([left < 0, left < 56, left < 140], [0.03, 3.0, 1.3], 0.25)
    return np.where(pop.with_term, weight, 1.0)


def _fates(spec: Spec, pop: Population, hidden: Hidden) -> None:
    """Each customer bears a certain sum of odds, drawn evenly over the book; the week that exceeds it loses them."""
    rng, size = spec.rng("fates"), len(pop)
    bears = -np.log(1 - strata(rng, size))
    odds = np.concatenate(
        [_notices_before(spec, pop, hidden), np.stack([hidden.visible, hidden.chance, hidden.card], 1)]
    )
    summed = np.cumsum(odds.sum(axis=1), axis=0)
    lost = summed[-1] >= bears
    week = np.argmax(summed >= bears, axis=0)
    visible, chance, card = odds[week, :, np.arange(size)].T
    day = spec.start + 7 * (week - LEAD) + rng.integers(0, 7, size)
    share = strata(rng, size) * (visible + chance + card)
    why = np.select([share < chance, share < chance + card], [NOTHING, CARD], reasons_on(spec, hidden, day))
    hidden.lost = np.where(lost, day, -1)
    hidden.cause = np.where(lost, why, NOTHING)


def reasons_on(spec: Spec, hidden: Hidden, day: np.ndarray) -> np.ndarray:
    """What shows at each customer on a day, if anything but the usage does."""
    released = hidden.hit & (day > spec.end - RELEASE_DAYS_AGO)
    orphaned = (hidden.champion_left >= 0) & (hidden.champion_left <= day)
    orphaned &= (hidden.champion_new < 0) | (hidden.champion_new > day)
    dearer = hidden.rise & (day > spec.end - RISE_DAYS[0] - 90)
    return np.select([released, dearer, orphaned], [RELEASE, PRICE, CHAMPION], CONDITION)


def chance_to_leave(spec: Spec, pop: Population, hidden: Hidden, week: int, days: int = 90) -> np.ndarray:
    """The oracle: the chance, given the hidden state of ``week``, to be lost within ``days``. The condition is held
    as it is; the calendar of decisions is known.
    """
    now = decision(pop, spec.start + 7 * week)
    ahead = [decision(pop, spec.start + 7 * (week + step)) for step in range(days // 7)]
    timing, count = np.sum(ahead, axis=0), len(ahead)
    visible = hidden.visible[week] / now * timing
    chance = hidden.chance[week] / (0.2 + 0.8 * now) * (0.2 * count + 0.8 * timing)
    return 1 - np.exp(-(visible + chance + hidden.card[week] * count))
