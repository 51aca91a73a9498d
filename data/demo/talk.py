"""Who of us spoke to whom, when, and what was written down about it."""

from dataclasses import dataclass

import numpy as np

from data.demo import catalogue as cat
from data.demo import contacts, stories
from data.demo.hidden import RELEASE_DAYS_AGO, RISE_DAYS
from data.demo.rows import filled, packed
from data.demo.spec import THINNED_ABOVE, words
from data.demo.world import World

QUIET_DAYS = 150  # before today, in which of the stories only what is told happens
CALL, MEETING, MAIL, MAIL_OUT, NOTE = range(5)
KINDS = ("call", "meeting", "mail", "mail_out", "note")
SITUATIONS = ("onboarding", "growing", "steady", "cooling", "orphaned", "release", "price", "leaving", "open")
ONBOARDING, GROWING, STEADY, COOLING, ORPHANED, RELEASE, PRICE, LEAVING, OPEN = range(len(SITUATIONS))
A_WEEK = (0.38, 0.24, 0.13)  # for a large, a middling, a small customer
TALKED_OF = ("the schedule board", "job cards", "dispatch", "calendar sync", "mobile forms", "saved reports")
ODDS = (0.3, 0.1, 0.28, 0.22, 0.1)
ODDS_COOLING = (0.17, 0.05, 0.14, 0.54, 0.1)


@dataclass(slots=True)
class Talk:
    """One entry a touchpoint or note. ``contact`` −1: nobody in particular."""

    customer: np.ndarray
    contact: np.ndarray
    day: np.ndarray
    known_on: np.ndarray
    kind: np.ndarray
    text: np.ndarray

    @property
    def two_way(self) -> np.ndarray:
        return self.kind <= MAIL


def speak(world: World) -> Talk:
    """Everything said and written up to today, the told things last."""
    customer, day = _days(world)
    rng = world.spec.rng("talk")
    contact = reachable(world, customer, day)
    situation = _situations(world, customer, day)
    kind = _kinds(rng, situation)
    situation = np.where(kind == NOTE, OPEN, situation)
    text = _texts(world, customer, contact, situation, kind)
    late = rng.random(len(day)) < 0.06
    known_on = day + np.where(late, rng.integers(1, 25, len(day)), 0)
    drawn = Talk(customer, contact, day, known_on, kind, text)
    twice = rng.random(len(day)) < 0.015  # logged by two people
    talk = _joined(drawn, _where(drawn, twice), _told(world))
    return _where(talk, np.flatnonzero(talk.known_on < world.spec.end))


def reachable(world: World, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whom one speaks to on a day: the champion, else the successor, else who decides, else nobody."""
    people = world.people
    found = np.full(len(customer), -1)
    for who in (people.decides, people.successor, people.champion):
        index = who[customer]
        there = (index >= 0) & (people.since[index] <= day) & ((people.left[index] < 0) | (people.left[index] > day))
        found = np.where(there, index, found)
    return found


def _days(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Customers and days on which something was said: the larger the customer the more often."""
    spec, pop, rng = world.spec, world.pop, world.spec.rng("talk days")
    worth = np.array(cat.PRICES)[pop.plan] * pop.seats
    rate = np.array(A_WEEK)[np.select([worth > 2200, worth > 600], [0, 1], 2)]
    if spec.customers > THINNED_ABOVE:
        rate = rate * 0.25  # a CSM who serves 400 has less time for each
    customer, day = [], []
    for week in range(spec.weeks):
        start = spec.start + 7 * week
        quiet = pop.told & (start + 7 > spec.end - QUIET_DAYS)
        there = (pop.since <= start) & (world.fates.leaving() > start) & (pop.double_of < 0) & ~quiet
        who = np.flatnonzero(there & (rng.random(len(pop)) < rate))
        customer.append(who)
        day.append(start + rng.choice(7, len(who), p=[0.2, 0.2, 0.2, 0.2, 0.16, 0.02, 0.02]))
    return by_customer(np.concatenate(customer), _on_working_days(np.concatenate(day)))


def by_customer(customer: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same in the order of customers and days, as tables and their indexes like it."""
    order = np.lexsort((day, customer))
    return customer[order], day[order]


def _on_working_days(day: np.ndarray) -> np.ndarray:
    """Days, those at a weekend moved back to the Friday."""
    return day - np.maximum((day + 3) % 7 - 4, 0)


def _situations(world: World, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    spec, pop, hidden, fates = world.spec, world.pop, world.hidden, world.fates
    condition = hidden.condition[spec.week_of(day), customer]
    told, left = fates.told_on[customer], hidden.champion_left[customer]
    found, since_release = hidden.champion_new[customer], day - (spec.end - RELEASE_DAYS_AGO)
    to_rise = day - (spec.end - RISE_DAYS[0])
    return np.select(
        [
            (told >= 0) & (day >= told),
            day - pop.since[customer] < 75,
            hidden.hit[customer] & (since_release >= 0) & (since_release < 35),
            (left >= 0) & (day >= left) & (day < np.where(found >= 0, found, left + 150)),
            hidden.rise[customer] & (to_rise > -50) & (to_rise < 100),
            condition < -0.55,
            condition > 0.85,
        ],
        [LEAVING, ONBOARDING, RELEASE, ORPHANED, PRICE, COOLING, GROWING],
        STEADY,
    )


def _kinds(rng: np.random.Generator, situation: np.ndarray) -> np.ndarray:
    """How it was said. Customers that cool off answer less: most of what there is are mails of ours."""
    usual, cool = rng.choice(5, len(situation), p=ODDS), rng.choice(5, len(situation), p=ODDS_COOLING)
    return np.where(np.isin(situation, [COOLING, ORPHANED]), cool, usual)


def _texts(
    world: World, customer: np.ndarray, contact: np.ndarray, situation: np.ndarray, kind: np.ndarray
) -> np.ndarray:
    rng = world.spec.rng("features talked of")
    first = np.where(contact >= 0, world.people.first[contact], b"their planner")
    feature = packed(TALKED_OF)[rng.integers(0, len(TALKED_OF), len(kind))]
    text = np.zeros(len(kind), dtype="S320")
    notes = words("notes")
    for at, name in enumerate(SITUATIONS):
        for how, lines in notes[name].items():
            here = np.flatnonzero((situation == at) & (kind == KINDS.index(how)))
            templates = packed(lines)[_turn(customer[here], at) % len(lines)]
            text[here] = filled(templates, first=first[here], feature=feature[here])
    return text


def _turn(customer: np.ndarray, situation: int) -> np.ndarray:
    """Whose how manieth it is, from another start for each customer (but what begins, begins at the beginning): so
    that nobody reads the same line twice in a row. ``customer`` is sorted.
    """
    place = np.arange(len(customer))
    first = np.searchsorted(customer, customer)
    return place - first + (customer if situation != ONBOARDING else 0)


def _told(world: World) -> Talk:
    spec, rows = world.spec, []
    for at, story in enumerate(stories.told()):
        for touch in story.get("touch", []):
            kind = touch["kind"] if touch["two_way"] or touch["kind"] == "note" else f"{touch['kind']}_out"
            who = contact_of(world, at, touch["role"])
            rows.append((at, who, spec.end - touch["ago"], KINDS.index(kind), touch["text"].encode()))
    customer, contact, day, kinds, text = (np.array(column) for column in zip(*rows, strict=True))
    return Talk(customer, contact, day, day, kinds, text)


def contact_of(world: World, customer: int, role: str) -> int:
    """The contact (by index) with that role at a customer of a story."""
    people = world.people
    return int(np.flatnonzero((people.customer == customer) & (people.role == contacts.ROLES.index(role)))[0])


def _joined(*parts: Talk) -> Talk:
    return Talk(*(np.concatenate([getattr(part, name) for part in parts]) for name in Talk.__slots__))


def _where(talk: Talk, mask: np.ndarray) -> Talk:
    return Talk(*(getattr(talk, name)[mask] for name in Talk.__slots__))
