"""The broker forgets everything, the database answers slowly: work goes on, and each job is done once."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg.types.json import Jsonb

from config.embedded.broker import Broker
from config.embedded.postgres import Cluster
from tests.faults import campaigns
from tests.support.product import product
from tools.figures import Figure, at_most

EMPTIED, JOBS, LOCKED = 5, 200, 5
ADD = """
INSERT INTO core_job (kind, key, payload, state, attempts, error, created_at)
VALUES (%s, %s, %s, 'waiting', 0, '', now())
"""
LEFT = "SELECT count(*) FROM core_job WHERE key = ANY(%s) AND state IN ('waiting', 'running')"
COUNT = """
SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state <> 'done'),
       count(*) FILTER (WHERE attempts > 1)
FROM core_job WHERE key LIKE 'fault %'
"""
STEPS = "from core.ticks import NIGHT; print(','.join(NIGHT))"


@campaigns.measured("broker_emptied")
def broker_emptied() -> Iterator[Figure]:
    """Every message is taken out of the broker while jobs are written that nobody is woken for."""
    waits = []
    with _installed() as one:
        for turn in range(EMPTIED):
            one.broker.flushall()
            keys = one.written(turn, JOBS // EMPTIED)
            began = time.monotonic()
            one.until_done(keys)
            waits.append(time.monotonic() - began)
        done, lost, doubled = one.counted()
    yield at_most("broker_emptied.goes_on", round(max(waits), 1), "s", 60)
    yield at_most("broker_emptied.lost", lost, f"of {done + lost}", 0)
    yield at_most("broker_emptied.doubled", doubled, f"of {done + lost}", 0)


@campaigns.measured("database_slow")
def database_slow() -> Iterator[Figure]:
    """The table of jobs is locked for seconds, again and again, while workers want it."""
    with _installed() as one:
        keys = one.written(0, JOBS)
        for _ in range(LOCKED):
            with one.database.transaction():
                one.database.execute("LOCK TABLE core_job IN ACCESS EXCLUSIVE MODE")
                time.sleep(3)
            time.sleep(0.5)
        one.until_done(keys)
        done, lost, doubled = one.counted()
    yield at_most("database_slow.lost", lost, f"of {done + lost}", 0)
    yield at_most("database_slow.doubled", doubled, f"of {done + lost}", 0)


@dataclass(frozen=True)
class Installed:
    """The product, started as a user starts it; ``steps`` are all steps of a night."""

    database: psycopg.Connection[Any]
    broker: redis.Redis
    steps: str

    def written(self, turn: int, count: int) -> list[str]:
        """Jobs that nobody is woken for: nights of which every step is done, so that they touch nothing."""
        keys = [f"fault {turn} {number}" for number in range(count)]
        payload = Jsonb({"day": "2026-01-01", "done": self.steps})
        with self.database.cursor() as cursor:
            cursor.executemany(ADD, [("night", key, payload) for key in keys])
        return keys

    def until_done(self, keys: list[str], patience: float = 120) -> None:
        """Wait until none of these jobs waits any more, or patience ends."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            row = self.database.execute(LEFT, [keys]).fetchone()
            if row and not row[0]:
                return
            time.sleep(0.1)

    def counted(self) -> tuple[int, int, int]:
        """Done, not done, and claimed more than once."""
        row = self.database.execute(COUNT).fetchone()
        assert row is not None
        return row[0], row[1], row[2]


@contextmanager
def _installed() -> Iterator[Installed]:
    with tempfile.TemporaryDirectory(prefix="holdfast-faults-") as folder:
        data = Path(folder) / "data"
        with product(data, DEMO="0") as made:
            made.start(timeout=400)
            steps = made.manage("shell", "-v", "0", "-c", STEPS).stdout.strip().splitlines()[-1]
            broker = redis.Redis(unix_socket_path=str(Broker(data / "broker").socket))
            with psycopg.connect(Cluster(data / "postgres").url(), autocommit=True) as database:
                yield Installed(database, broker, steps)
