"""What was agreed with whom, when: subscriptions as successive versions, all customers at once."""

from dataclasses import dataclass

import numpy as np

from data.demo import catalogue as cat
from data.demo.fates import Fates
from data.demo.hidden import RISE, RISE_DAYS, WEEK, Hidden
from data.demo.population import Population, next_term_end
from data.demo.spec import Spec, add_months

KEEP = -9  # no change of plan


@dataclass(slots=True)
class Deals:
    """One entry a version, sorted by subscription and start. Amounts are in cents per interval."""

    sub: np.ndarray
    customer: np.ndarray
    number: np.ndarray
    starts: np.ndarray
    until: np.ndarray  # the start of the next version or the end of the subscription; −1: open
    last: np.ndarray
    plan: np.ndarray
    seats: np.ndarray
    cents: np.ndarray
    interval: np.ndarray
    term_ends: np.ndarray  # −1: none

    def __len__(self) -> int:
        return len(self.sub)

    @property
    def mrr(self) -> np.ndarray:
        """A month's worth in millionths, rounded half-even."""
        months = np.array(cat.INTERVAL_MONTHS)[self.interval]
        whole, rest = np.divmod(self.cents * 10_000, months)
        up = (rest * 2 > months) | ((rest * 2 == months) & (whole % 2 == 1))
        return whole + up


@dataclass(slots=True)
class Changes:
    """What is agreed anew from a day on, one entry each: factors on seats and price, another plan."""

    sub: np.ndarray
    day: np.ndarray
    seats: np.ndarray
    price: np.ndarray
    plan: np.ndarray

    @classmethod
    def of(
        cls, sub: np.ndarray, day: np.ndarray, *, seats: object = 1.0, price: object = 1.0, plan: object = KEEP
    ) -> "Changes":
        size = len(sub)
        return cls(sub, day, *(np.broadcast_to(np.asarray(value), size) for value in (seats, price, plan)))

    @classmethod
    def joined(cls, parts: list["Changes"]) -> "Changes":
        names = cls.__slots__
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def where(self, mask: np.ndarray) -> "Changes":
        return Changes(*(getattr(self, name)[mask] for name in self.__slots__))


@dataclass(slots=True)
class Lines:
    """The subscriptions: whose, from when to when, with which plan. The first of each customer has their index."""

    customer: np.ndarray
    starts: np.ndarray
    ends: np.ndarray  # −1: open
    plan: np.ndarray
    seats: np.ndarray


def agree(
    spec: Spec, pop: Population, hidden: Hidden, fates: Fates, told: tuple[Changes, dict[int, int]]
) -> tuple[Lines, Deals]:
    """Every subscription and every version of it up to today.

    ``told`` are the changes of the stories, and the days on which customers of theirs took the add-on.
    """
    lines = _lines(spec, pop, fates, told[1])
    drawn = [_renewals(spec, pop, lines), *_growth(spec, pop, hidden), *_at_renewal(spec, pop, hidden)]
    changes = Changes.joined([*drawn, told[0]])
    starts, ends = lines.starts[changes.sub], lines.ends[changes.sub]
    knows = np.where(fates.told_on >= 0, fates.told_on, spec.end)[lines.customer[changes.sub]]
    again = changes.sub >= len(pop) + _add_on_count(lines, pop)
    limit = np.where(again | (ends < 0), spec.end, np.minimum(ends, spec.end))
    negotiated = (changes.price == 1.0) & ~again
    alive = (changes.day > starts) & (changes.day < limit) & (~negotiated | (changes.day < knows))
    return _of_real(pop, lines, _versions(spec, pop, lines, changes.where(alive)))


def _of_real(pop: Population, lines: Lines, deals: Deals) -> tuple[Lines, Deals]:
    """Without the customers that are there twice by mistake: those buy nothing."""
    real = pop.double_of[lines.customer] < 0
    place, kept = np.cumsum(real) - 1, real[deals.sub]
    lines = Lines(*(getattr(lines, name)[real] for name in Lines.__slots__))
    deals = Deals(*(getattr(deals, name)[kept] for name in Deals.__slots__))
    deals.sub = place[deals.sub]
    return lines, deals


def _add_on_count(lines: Lines, pop: Population) -> int:
    return int((lines.plan[len(pop) :] == cat.ADD_ON).sum())


def _lines(spec: Spec, pop: Population, fates: Fates, told: dict[int, int]) -> Lines:
    """The main subscription of everyone, then the add-ons, then those of customers who came back."""
    rng = spec.rng("add-ons")
    everyone = np.arange(len(pop))
    years = np.maximum(spec.end - np.maximum(pop.since + 60, spec.start), 0) / 365
    buys = (rng.random(len(pop)) < 0.11 * years * np.exp(0.3 * pop.fit)) & pop.drawn & (years > 0)
    since = np.maximum(pop.since + 60, spec.start)
    day = since + (rng.random(len(pop)) * (spec.end - since)).astype(np.int64)
    buys &= (fates.told_on < 0) | (day < fates.told_on)
    buys[list(told)], day[list(told)] = True, list(told.values())
    add, back = everyone[buys], everyone[fates.returned >= 0]
    return Lines(
        customer=np.concatenate([everyone, add, back]),
        starts=np.concatenate([pop.since, day[add], fates.returned[back]]),
        ends=np.concatenate([fates.ends, fates.ends[add], np.full(len(back), -1)]),
        plan=np.concatenate([pop.plan, np.full(len(add), cat.ADD_ON), np.maximum(pop.plan[back] - 1, 0)]),
        seats=np.concatenate([pop.seats, np.maximum(pop.seats[add] // 3, 2), np.maximum(pop.seats[back] // 2, 3)]),
    )


def _renewals(spec: Spec, pop: Population, lines: Lines) -> Changes:
    """Every term that ran on, dearer by the agreed uplift, or by more for the cohort of the price rise."""
    whose = lines.customer
    since, term = pop.since[whose], pop.term_months[whose]
    rounds = np.arange(1, 8)
    day = add_months(np.repeat(since, len(rounds)), np.outer(term, rounds).ravel())
    sub = np.repeat(np.arange(len(whose)), len(rounds))
    due = np.repeat(term > 1, len(rounds)) & (day > lines.starts[sub]) & (day < spec.end)
    sub, day = sub[due], day[due]
    return Changes.of(sub, day, price=1 + pop.uplift[whose[sub]] + 1e-9)


def _growth(spec: Spec, pop: Population, hidden: Hidden) -> list[Changes]:
    """Seats added and larger plans taken in any week, likelier in good condition."""
    rng, size = spec.rng("growth"), len(pop)
    found: list[Changes] = []
    for week in range(spec.weeks):
        day, condition = spec.start + 7 * week, hidden.condition[week]
        open_to = (pop.since + 75 < day) & pop.drawn
        more = np.flatnonzero(open_to & (rng.random(size) < 0.68 * WEEK * np.exp(0.5 * condition - 0.3)))
        larger = np.flatnonzero(
            open_to & (pop.plan < cat.ENTERPRISE) & (rng.random(size) < 0.05 * WEEK * np.exp(0.4 * condition))
        )
        days = day + rng.integers(0, 7, size)
        found.append(Changes.of(more, days[more], seats=1 + rng.uniform(0.06, 0.32, len(more))))
        found.append(Changes.of(larger, days[larger], plan=pop.plan[larger] + 1))
    return found


def _at_renewal(spec: Spec, pop: Population, hidden: Hidden) -> list[Changes]:
    """Who is in poor condition renews with fewer seats, or on a smaller plan instead of leaving; the rise."""
    rng, found = spec.rng("renewals"), []
    everyone = np.arange(len(pop))
    for week in range(1, spec.weeks):
        day = spec.start + 7 * week
        due = next_term_end(pop, day - 1)
        here = (due >= day) & (due < day + 7) & pop.with_term & pop.drawn
        monthly = ~pop.with_term & pop.drawn & (pop.since + 90 < day) & (rng.random(len(pop)) < 7 / 365)
        poor = (here | monthly) & (hidden.condition[week] < -0.4)
        fewer = everyone[poor & (rng.random(len(pop)) < 0.3)]
        smaller = everyone[poor & (pop.plan > cat.STARTER) & (rng.random(len(pop)) < 0.08)]
        found.append(Changes.of(fewer, np.where(here, due, day)[fewer], seats=rng.uniform(0.72, 0.93, len(fewer))))
        found.append(Changes.of(smaller, np.where(here, due, day)[smaller], plan=pop.plan[smaller] - 1))
    risen = everyone[hidden.rise]
    due = next_term_end(pop, spec.end - RISE_DAYS[0])[risen]
    found.append(Changes.of(risen, due, price=(1 + RISE) / (1 + pop.uplift[risen])))
    return found


def _versions(spec: Spec, pop: Population, lines: Lines, changes: Changes) -> Deals:
    """The first version of every line, then one for each day on which something changed."""
    count = len(lines.customer)
    opening = Changes.of(np.arange(count), lines.starts, plan=lines.plan)
    both = Changes.joined([opening, changes])
    order = np.lexsort((both.plan == KEEP, both.day, both.sub))
    both = both.where(order)
    new = np.ones(len(both.sub), dtype=bool)
    new[1:] = (both.sub[1:] != both.sub[:-1]) | (both.day[1:] != both.day[:-1])
    at = np.flatnonzero(new)
    sub, day = both.sub[at], both.day[at]
    group = np.cumsum(new) - 1
    plan = np.full(len(at), KEEP)
    given = both.plan != KEEP
    plan[group[given]] = both.plan[given]
    first = np.concatenate([[True], sub[1:] != sub[:-1]])
    seats = lines.seats[sub] * _running(np.multiply.reduceat(both.seats, at), first)
    price = _running(np.multiply.reduceat(both.price, at), first)
    agreed = Changes(sub, day, np.rint(np.maximum(seats, 1)).astype(np.int64), price, plan)
    return _priced(spec, pop, lines, agreed)


def _running(factors: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The product of the factors so far, anew from each ``first``."""
    logs = np.where(first, 0.0, np.log(factors))
    summed = np.cumsum(logs)
    start = np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))
    return np.exp(summed - summed[start])


def _priced(spec: Spec, pop: Population, lines: Lines, agreed: Changes) -> Deals:
    """The versions, from what was agreed by then: seats in all, the price so far, and the plan where it changed."""
    sub, size = agreed.sub, len(agreed.sub)
    first = np.concatenate([[True], sub[1:] != sub[:-1]])
    last = np.concatenate([first[1:], [True]])
    begins = np.maximum.accumulate(np.where(first, np.arange(size), 0))
    held = np.maximum.accumulate(np.where(agreed.plan != KEEP, np.arange(size), 0))
    plan, customer = agreed.plan[held], lines.customer[sub]
    list_price = np.array(cat.PRICES)[plan] * np.array(cat.PRICE_LEVELS)[pop.currency[customer]]
    began_cheaper = 0.97 ** (np.maximum(spec.start - pop.since[customer], 0) / 365)
    unit = np.rint(list_price * (1 - pop.discount[customer]) * began_cheaper * agreed.price * 100)
    interval = pop.interval[customer]
    return Deals(
        sub=sub,
        customer=customer,
        number=np.arange(size) - begins + 1,
        starts=agreed.day,
        until=np.where(last, lines.ends[sub], np.concatenate([agreed.day[1:], [-1]])),
        last=last,
        plan=plan,
        seats=agreed.seats,
        cents=(unit * agreed.seats * np.array(cat.INTERVAL_MONTHS)[interval]).astype(np.int64),
        interval=interval,
        term_ends=np.where(pop.with_term[customer], next_term_end(pop, agreed.day, customer), -1),
    )
