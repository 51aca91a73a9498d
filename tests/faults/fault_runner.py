"""The runner is killed, again and again: the product must come up each time, and end without a trace."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults import campaigns
from tests.support.product import DoesNotStart, Product, product
from tools.figures import Figure, at_most

MURDERS = 5


@contextmanager
def _installed() -> Iterator[Product]:
    with tempfile.TemporaryDirectory(prefix="holdfast-faults-") as folder, product(Path(folder) / "data") as made:
        made.start()
        yield made


@campaigns.measured("runner_killed")
def runner_killed() -> Iterator[Figure]:
    """kill -9 of the runner, and at once a new start."""
    with _installed() as made:
        refused = unready = 0
        for _ in range(MURDERS):
            made.kill()
            refused += not _starts(made)
            unready += made.status("/readyz") != 200
        made.kill()
        left = made.survivors(patience=10)
    yield at_most("runner_killed.refused_starts", refused, f"of {MURDERS}", 0)
    yield at_most("runner_killed.not_ready", unready, f"of {MURDERS}", 0)
    yield at_most("runner_killed.survivors", len(left), "processes", 0)


@campaigns.measured("runner_interrupted")
def runner_interrupted() -> Iterator[Figure]:
    """Ctrl-C, and a second start on the same data."""
    with _installed() as made:
        _code, stop = made.interrupt()
        left = len(made.survivors())
        again = made.start()
        made.interrupt()
    yield at_most("runner_interrupted.survivors", left, "processes", 0)
    yield at_most("runner_interrupted.stop", stop, "s", 3)
    yield at_most("runner_interrupted.second_start", again, "s", 10)


@campaigns.measured("database_killed")
def database_killed() -> Iterator[Figure]:
    """kill -9 of the database server under load: the product may stop, and must come up with its data."""
    with _installed() as made:
        before = made.manage("showmigrations", "--plan").stdout
        _kill(made, "/postgres -D")
        made.kill()
        made.survivors(patience=10)
        refused = not _starts(made)
        lost = made.manage("showmigrations", "--plan").stdout != before
        made.interrupt()
    yield at_most("database_killed.refused_starts", refused, "of 1", 0)
    yield at_most("database_killed.lost", lost, "of 1", 0)


def _starts(made: Product) -> bool:
    try:
        made.start()
    except DoesNotStart:
        return False
    return True


def _kill(made: Product, word: str) -> None:
    for pid in made.processes(word):
        os.kill(pid, signal.SIGKILL)
