"""Is the order of the queue worth anything? Each CSM's first twelve tasks on 24 past Mondays, against what was lost."""

from collections.abc import Iterator

from django.core.management import call_command

from bench.harness import figures, scratch
from core import clock
from playbooks.domain import replaying
from tools.figures import Figure, at_least, info

SEEDS = (811, 812, 813)  # nobody tuned on them


@figures.measured("replay")
def replay() -> Iterator[Figure]:
    for seed in SEEDS:
        with scratch("replay"):
            call_command("make_demo", customers=400, months=24, seed=seed, no_queue=True, verbosity=0)
            total = replaying.NOTHING
            for day in replaying.mondays(clock.today()):
                total += replaying.held(day)
        yield info(f"replay.{seed}.share", total.queue / total.all, "of all lost MRR in the first 12")
        yield at_least(f"replay.{seed}.by_mrr", total.queue / total.by_mrr, "×", 2)
        yield at_least(f"replay.{seed}.by_renewal", total.queue / total.by_renewal, "×", 2)
