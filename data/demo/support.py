"""Tickets: what customers asked support, and what became of it."""

from dataclasses import dataclass

import numpy as np

from data.demo import stories
from data.demo.hidden import RELEASE_DAYS_AGO, WEEK
from data.demo.talk import QUIET_DAYS, by_customer
from data.demo.world import World

KINDS = ("question", "fault", "integration", "billing", "access", "training")
ODDS = (0.36, 0.24, 0.12, 0.08, 0.12, 0.08)
FAULT = KINDS.index("fault")
PRIORITIES = ("low", "normal", "high", "urgent")
RESPONSE_HOURS = (9.0, 5.0, 1.6, 0.5)


@dataclass(slots=True)
class Tickets:
    """One entry a ticket; days are −1 where it did not come to that."""

    customer: np.ndarray
    day: np.ndarray
    kind: np.ndarray
    priority: np.ndarray
    escalated_on: np.ndarray
    closed_on: np.ndarray
    response: np.ndarray  # minutes to the first answer
    satisfaction: np.ndarray  # in tenths, −1: not rated

    def __len__(self) -> int:
        return len(self.day)


def ask(world: World) -> Tickets:
    """All tickets up to today, the told ones last; some say nothing of how they were closed."""
    customer, day, of_release = _opened(world)
    rng, size = world.spec.rng("tickets"), len(day)
    condition = world.hidden.condition[world.spec.week_of(day), customer]
    kind = np.where(of_release, FAULT, rng.choice(len(KINDS), size, p=ODDS))
    priority = np.where(of_release, rng.choice([2, 3], size), rng.choice(4, size, p=[0.2, 0.55, 0.2, 0.05]))
    heated = 1 / (1 + np.exp(1.1 * condition + 3.1 - 1.4 * (kind == FAULT) - 1.2 * of_release))
    escalated = day + rng.integers(1, 4, size)
    closed = day + np.ceil(rng.lognormal(0.9 + 0.35 * (priority >= 2) * (kind == FAULT), 0.9, size)).astype(np.int64)
    escalated = np.where((rng.random(size) < heated) & (escalated <= closed), escalated, -1)
    closed = np.where(escalated >= 0, closed + rng.integers(2, 12, size), closed)
    rated = np.clip(np.rint(3.9 + 0.5 * condition - 1.2 * (escalated >= 0) + rng.normal(0, 0.8, size)), 1, 5)
    drawn = Tickets(
        customer=customer,
        day=day,
        kind=kind,
        priority=priority,
        escalated_on=escalated,
        closed_on=closed,
        response=(60 * np.array(RESPONSE_HOURS)[priority] * rng.lognormal(-0.2, 0.7, size)).astype(np.int64) + 2,
        satisfaction=np.where(rng.random(size) < 0.33, rated * 10, -1).astype(np.int64),
    )
    return _so_far(world, _joined(drawn, _told(world)))


def _opened(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers and days: more from the large, the new and the unhappy; two or three of who the release hit."""
    spec, pop, rng = world.spec, world.pop, world.spec.rng("ticket days")
    size = len(pop)
    base = 2.1 * (pop.seats / 20) ** 0.4
    customer, day = [], []
    for week in range(spec.weeks):
        start = spec.start + 7 * week
        quiet = pop.told & (start + 7 > spec.end - QUIET_DAYS)
        there = (pop.since <= start) & (world.fates.leaving() > start) & (pop.double_of < 0) & ~quiet
        # Who hardly uses it, asks nothing: no tickets is not health.
        eager = np.exp(-0.25 * world.hidden.condition[week]) * np.where(world.hidden.condition[week] < -1.5, 0.4, 1)
        rate = base * eager * np.where(pop.since > start - 60, 2.2, 1.0) * WEEK
        who = np.flatnonzero(there & (rng.random(size) < rate))
        customer.append(who)
        day.append(start + rng.choice(7, len(who), p=[0.22, 0.21, 0.2, 0.19, 0.14, 0.02, 0.02]))
    hit = np.flatnonzero(world.hidden.hit & pop.drawn)
    hit = np.repeat(hit, rng.integers(1, 4, len(hit)))
    late = spec.end - RELEASE_DAYS_AGO + rng.integers(0, 12, len(hit))
    of_release = np.repeat([False, True], [sum(map(len, customer)), len(hit)])
    found = by_customer(np.concatenate(customer), np.concatenate(day))
    return np.concatenate([found[0], hit]), np.concatenate([found[1], late]), of_release


def _told(world: World) -> Tickets:
    spec, rows = world.spec, []
    for at, story in enumerate(stories.told()):
        for ticket in story.get("ticket", []):
            day = spec.end - ticket["ago"]
            escalated = day + ticket["escalated_after"] if "escalated_after" in ticket else -1
            closed = day + ticket["closed_after"] if "closed_after" in ticket else spec.end + 30
            kind, priority = KINDS.index(ticket["kind"]), PRIORITIES.index(ticket["priority"])
            rows.append((at, day, kind, priority, escalated, closed, 75, -1))
    return Tickets(*(np.array(column) for column in zip(*rows, strict=True)))


def _joined(*parts: Tickets) -> Tickets:
    return Tickets(*(np.concatenate([getattr(part, name) for part in parts]) for name in Tickets.__slots__))


def _so_far(world: World, tickets: Tickets) -> Tickets:
    """What has happened by today: nothing is known yet of what lies ahead."""
    end = world.spec.end
    tickets.escalated_on = np.where(tickets.escalated_on < end, tickets.escalated_on, -1)
    tickets.closed_on = np.where(tickets.closed_on < end, tickets.closed_on, -1)
    return Tickets(*(getattr(tickets, name)[tickets.day < end] for name in Tickets.__slots__))
