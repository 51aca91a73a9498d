"""The hidden truth as a file beside the database: what an oracle would have said on the first of every month."""

from pathlib import Path

import numpy as np

from data.demo.hidden import CARD, CAUSES, NOTHING, chance_to_leave, decision, reasons_on
from data.demo.rows import joined, numbered, packed, picked
from data.demo.world import World

HEADER = b"customer_id,day,chance_90,cause,lost_because\n"
HORIZON = 90


def write(world: World, path: Path) -> None:
    """One row a customer and month: the chance to be lost within 90 days, what most of it comes from, and, if they
    are lost by then, the true cause. Customers are named as the source names them.
    """
    names = numbered("cus_", np.arange(1, len(world.pop) + 1), 4)
    with path.open("wb") as out:
        out.write(HEADER)
        for day in world.spec.month_starts():
            if world.spec.start <= day < world.spec.end:
                out.write(_month(world, int(day), names))


def at_risk(world: World, day: int) -> np.ndarray:
    """Which customers there are on a day that have not yet given notice, those of the stories left out."""
    lost = world.hidden.lost
    return world.pop.drawn & (world.pop.since + 28 <= day) & ((lost < 0) | (lost >= day))


def lost_within(world: World, day: int, days: int = HORIZON) -> np.ndarray:
    lost = world.hidden.lost
    return (lost >= day) & (lost < day + days)


def oracle(world: World, day: int) -> np.ndarray:
    """The chance of every customer, as the hidden state stood on ``day``, to be lost within 90 days."""
    week = int(world.spec.week_of(np.array(day)))
    return chance_to_leave(world.spec, world.pop, world.hidden, week, HORIZON)


def _month(world: World, day: int, names: np.ndarray) -> bytes:
    there = np.flatnonzero(at_risk(world, day))
    chance = numbered("0.", np.minimum(oracle(world, day)[there] * 1e5, 99_999).astype(np.int64), 5)
    week = int(world.spec.week_of(np.array(day)))
    hidden, timing = world.hidden, decision(world.pop, day)
    parts = np.stack([hidden.chance[week], hidden.visible[week], hidden.card[week] * np.maximum(timing, 1)])
    seen = reasons_on(world.spec, hidden, np.full(len(world.pop), day))
    cause = np.choose(np.argmax(parts, axis=0), [np.full(len(seen), NOTHING), seen, np.full(len(seen), CARD)])
    gone = np.where(lost_within(world, day), hidden.cause, len(CAUSES))
    when = packed([str(np.datetime64(day, "D"))] * len(there))
    columns = [names[there], when, chance, picked(CAUSES, cause[there]), picked([*CAUSES, ""], gone[there])]
    lines = joined(columns[0], *[part for column in columns[1:] for part in (b",", column)], b"\n")
    return b"".join(lines.tolist())
