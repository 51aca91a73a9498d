"""Is the order of the queue worth anything? Each CSM's first twelve tasks on 24 past Mondays, against what was lost.

"Later lost" is the MRR that leaves the ledger within 90 days after a Monday, added up over the Mondays, each customer
once a list; customers who had given notice by then are in, for every list (``lost``). Beside it what is decided on in
these days, without those (``decided``).

Twice the share of another list can be asked of the queue only where there is as much to be had. So beside each stand
``best``, a list by what was then lost in fact, and ``oracle``: MRR times the chance to leave by the demo's hidden
state, which no facts tell. The demo is measured as it ships, 67 customers a CSM, of whom twelve are a fifth, and with
2,000 customers, 333 a CSM. Twice the share is asked only of what is lost in the larger one: in the others not even
``best`` or ``oracle`` has as much to give, in every seed.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from django.db import transaction

from bench.harness import figures, scratch
from core import clock
from core.models import ExternalId
from data.demo import truth
from data.demo.build import build
from data.demo.rows import numbered
from data.demo.spec import Spec
from data.demo.world import World, draw
from playbooks.domain import replaying
from playbooks.domain.replaying import NOTHING, TOP, Held, Morning, Reading
from tools.figures import Figure, at_least, info

SEEDS: Final = (811, 812, 813)  # nobody tuned on them
SIZES: Final = (400, 2_000)
MONTHS, TIMES = 24, 2


@figures.measured("replay")
def replay() -> Iterator[Figure]:
    with scratch("replay"):
        for size in SIZES:
            for seed in SEEDS:
                with transaction.atomic():
                    yield from _replayed(Spec(size, MONTHS, seed, clock.today()))
                    transaction.set_rollback(True)


def _replayed(spec: Spec) -> Iterator[Figure]:
    build(spec=spec, queue=False)
    world = draw(spec)
    places = _places(world)
    for reading in Reading:
        total, oracle = NOTHING, 0.0
        for day in replaying.mondays(spec.today):
            morning = Morning(day, reading=reading)
            total += replaying.held(morning)
            oracle += _by_oracle(world, places, morning)
        is_asked = spec.customers == max(SIZES) and reading is Reading.LOST
        yield from _figures(f"replay.{spec.customers}.{spec.seed}.{reading}", total, oracle, is_asked=is_asked)


def _figures(name: str, total: Held, oracle: float, *, is_asked: bool) -> Iterator[Figure]:
    for order, share in (("by_mrr", total.by_mrr), ("by_renewal", total.by_renewal)):
        times = total.queue / share
        yield at_least(f"{name}.{order}", times, "×", TIMES) if is_asked else info(f"{name}.{order}", times, "×")
    yield info(f"{name}.share", total.queue / total.all, "of what was lost")
    yield info(f"{name}.best_by_mrr", total.best / total.by_mrr, "×")
    yield info(f"{name}.oracle_by_mrr", oracle / total.by_mrr, "×")


def _by_oracle(world: World, places: dict[int, int], morning: Morning) -> float:
    """What a list by MRR times the true chance would have held; who has given notice leaves for certain."""
    chance = truth.oracle(world, int(np.datetime64(morning.day).astype(np.int64)))
    of = np.array([chance[places[pk]] for pk in morning.frame.ids.tolist()])
    return morning.holds(morning.first(morning.mrr * np.where(morning.leaving, 1.0, of), TOP))


def _places(world: World) -> dict[int, int]:
    """Where in the world's arrays each customer of the database stands."""
    ids = dict(ExternalId.objects.filter(noun="customer").values_list("value", "object_id"))
    names = [name.decode() for name in numbered("cus_", np.arange(1, len(world.pop) + 1), 4).tolist()]
    return {ids[name]: place for place, name in enumerate(names)}
