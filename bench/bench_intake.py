"""Events through HTTP into the running product, against a bare COPY of the same rows; and three times too many."""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.harness import figures
from bench.senders import BATCH, batches, send
from config.embedded.postgres import Cluster
from tests.support.product import Product, product
from tools.figures import Figure, at_least, at_most, info

BATCHES = 1_000
OVERLOAD_SECONDS = int(os.environ.get("OVERLOAD_SECONDS", "120"))


@contextmanager
def _installed() -> Iterator[Product]:
    """The whole product as ``make run`` starts it: two web workers, and a database that writes to disk."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder, product(Path(folder) / "data") as made:
        made.start()
        yield made


def _database(made: Product) -> "psycopg.Connection[tuple[int]]":
    return psycopg.connect(Cluster(made.data_dir / "postgres").url(), autocommit=True)


@figures.measured("intake")
def intake() -> Iterator[Figure]:
    with _installed() as made:
        key = made.manage("key", "create", "--scope", "intake").stdout.strip()
        send(made.port, key, batches(20), connections=4)
        sent = send(made.port, key, batches(BATCHES), connections=6)
        with _database(made) as database:
            (kept,) = database.execute("SELECT count(*) FROM usage_rawevent").fetchone() or (0,)
            copied = min(_copied(database) for _ in range(3)) * BATCHES * BATCH / kept
        speed = BATCHES * BATCH / sent.seconds
        yield info("intake.kept", kept, "events")
        yield at_least("intake.speed", speed, "events/s", 4_000)
        yield at_most("intake.slowest", sent.slowest(), "s a batch, p99", 0.3)
        yield info("intake.refused", sum(sent.statuses.values()) - sent.statuses[200], "batches")
        yield info("intake.copy_ratio", sent.seconds / copied, "× a bare COPY")
        yield from _overload(made, key, speed / BATCH)


def _overload(made: Product, key: str, pace: float) -> Iterator[Figure]:
    """Three times what was taken before, for two minutes, while somebody opens pages."""
    asked: list[tuple[int, float]] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(1):
            began = time.perf_counter()
            asked.append((made.status("/accounts/login/"), time.perf_counter() - began))

    looking = threading.Thread(target=look)
    looking.start()
    bodies = batches(int(3 * pace * min(OVERLOAD_SECONDS, 10)))
    again = -(-OVERLOAD_SECONDS // min(OVERLOAD_SECONDS, 10))
    sent = send(made.port, key, bodies * again, connections=48, pace=3 * pace)
    done.set()
    looking.join()
    wrong = sum(count for status, count in sent.statuses.items() if status not in {200, 429})
    yield info("intake.overload.taken", sent.statuses[200], f"of {sum(sent.statuses.values())} batches")
    yield at_most("intake.overload.neither_taken_nor_later", wrong, "batches", 0)
    yield at_most("intake.overload.pages_failed", sum(status != 200 for status, _took in asked), "pages", 0)
    yield info("intake.overload.slowest_page", max(took for _status, took in asked), "s")


def _copied(database: "psycopg.Connection[tuple[int]]") -> float:
    """Seconds to COPY the same rows, made ready before, into a table without any index."""
    database.execute("DROP TABLE IF EXISTS bare")
    database.execute("CREATE TABLE bare AS SELECT * FROM usage_rawevent WITH NO DATA")
    with database.cursor().copy("COPY (SELECT * FROM usage_rawevent) TO STDOUT") as out:
        rows = b"".join(out)
    began = time.perf_counter()
    with database.cursor().copy("COPY bare FROM STDIN") as into:
        into.write(rows)
    return time.perf_counter() - began
