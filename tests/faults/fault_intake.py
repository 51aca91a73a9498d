"""Web workers are killed again and again while events come in: each must be counted, and once."""

import csv
import gzip
import json
import os
import signal
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import segment.analytics as segment

from bench.senders import send
from config.embedded.postgres import Cluster
from tests.faults import campaigns
from tests.support.needs import SHARED_DATA
from tests.support.product import Product, product
from tools.figures import Figure, at_most, info

EVENTS, CUSTOMERS = 100_000, 50
EVERY = 3.0
PATIENCE = 300


@contextmanager
def _installed(customers: list[str]) -> Iterator[tuple[Product, str]]:
    with tempfile.TemporaryDirectory(prefix="holdfast-faults-") as folder, product(Path(folder) / "data") as made:
        made.start()
        lines = ["customer_id,name,created_on", *(f"{one},Customer {one},2022-01-01" for one in customers)]
        Path(folder, "book").mkdir()
        Path(folder, "book", "customers.csv").write_text("\n".join(lines))
        made.manage("load", f"{folder}/book")
        yield made, made.manage("key", "create", "--scope", "intake").stdout.strip()


@campaigns.measured("intake_killed")
def intake_killed() -> Iterator[Figure]:
    """kill -9 of a web worker every few seconds, while Segment's own client sends."""
    with _installed([f"C{n}" for n in range(CUSTOMERS)]) as (made, key):
        done, killed, failed = threading.Event(), [0], [0]
        killer = threading.Thread(target=_kill_until, args=(made, done, killed))
        killer.start()
        _send(made, key, failed)
        done.set()
        killer.join()
        counted = _counted(made, EVENTS)
        kept, different = _asked(
            made, "SELECT count(*), count(DISTINCT payload #> '{properties,n}') FROM usage_rawevent"
        )
    yield info("intake_killed.killed", killed[0], "web workers")
    yield at_most("intake_killed.given_up_by_the_client", failed[0], "events", 0)
    yield at_most("intake_killed.lost", EVENTS - different, f"of {EVENTS} events", 0)
    yield at_most("intake_killed.doubled", kept - different, f"of {EVENTS} events", 0)
    yield at_most("intake_killed.counted_wrong", abs(EVENTS - counted), f"of {EVENTS} events", 0)


KEPT = "SELECT count(*), count(DISTINCT payload #> '{properties,n}') FROM usage_rawevent"


def _send(made: Product, key: str, failed: list[int]) -> None:
    def tell(_error: Exception, batch: list[object]) -> None:
        failed[0] += len(batch)

    address = f"http://127.0.0.1:{made.port}"
    client = segment.Client(key, host=address, on_error=tell, max_queue_size=5_000, thread=2, max_retries=100)
    for number in range(EVENTS):
        while not client.track(
            f"u{number % 997}", f"feature {number % 7}", {"n": number}, context={"groupId": f"C{number % CUSTOMERS}"}
        )[0]:
            time.sleep(0.05)  # its queue is full
        if number % 1_000 == 0:
            time.sleep(0.25)  # spread over many murders
    client.shutdown()


def _kill_until(made: Product, done: threading.Event, killed: list[int]) -> None:
    while not done.wait(EVERY):
        for pid in _children(made, "gunicorn")[: 1 + killed[0] % 2]:
            _end(pid)
            killed[0] += 1


def _children(made: Product, word: str) -> list[int]:
    """Those of its processes that another of the kind has started, and starts again."""
    found = made.processes(word)
    return [pid for pid in found if _parent(pid) in found]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


@campaigns.measured("rollup_killed")
def rollup_killed() -> Iterator[Figure]:
    """kill -9 of the workers that count, while a file of real events is replayed; against a GROUP BY over the file."""
    rows = _file()
    wanted = Counter((row["account_id"], row["event_type_id"], row["event_time"][:10]) for row in rows)
    with _installed(sorted({row["account_id"] for row in rows})) as (made, key):
        bodies = [_body(rows[start : start + 1_000], start) for start in range(0, len(rows), 1_000)]
        for part in range(4):
            send(made.port, key, bodies[part::4], connections=4)
            time.sleep(2)
            for pid in _children(made, "celery"):
                _end(pid)
        counted = _counted(made, len(rows))
        with _database(made) as database:
            found = database.execute(ROLLED_UP).fetchall()
    got = {(customer, name, f"{day}"): events for customer, name, day, events in found}
    wrong = sum(got.get(key) != count for key, count in wanted.items()) + len(set(got) - set(wanted))
    yield info("rollup_killed.events", counted, "events")
    yield at_most("rollup_killed.different", wrong, f"of {len(wanted)} days of a feature", 0)


ROLLED_UP = """
SELECT x.value, f.key, u.day, sum(u.events) FROM usage_usageday u
JOIN usage_feature f ON f.id = u.feature_id AND f.key <> ''
JOIN core_externalid x ON x.noun = 'customer' AND x.object_id = u.customer_id GROUP BY 1, 2, 3
"""


def _file() -> list[dict[str, str]]:
    with gzip.open(SHARED_DATA / "churnsim_crm5" / "event_sample.csv.gz", "rt") as file:
        return list(csv.DictReader(file))


def _body(rows: list[dict[str, str]], start: int) -> bytes:
    messages = [
        {
            "type": "track",
            "event": row["event_type_id"],
            "userId": f"{row['account_id']}-{row['user_id']}",
            "groupId": row["account_id"],
            "messageId": f"{uuid.uuid5(uuid.NAMESPACE_OID, f'{start + place}')}",
            "timestamp": row["event_time"].replace(" ", "T") + "Z",
        }
        for place, row in enumerate(rows)
    ]
    return json.dumps({"batch": messages}).encode()


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _counted(made: Product, wanted: int) -> int:
    """How many events are counted, once they all are, or after a while."""
    deadline = time.monotonic() + PATIENCE
    query = (
        "SELECT COALESCE(sum(u.events), 0), 0 FROM usage_usageday u"
        " JOIN usage_feature f ON f.id = u.feature_id AND f.key = ''"
    )
    while (counted := _asked(made, query)[0]) < wanted and time.monotonic() < deadline:
        time.sleep(1)
    return counted


def _database(made: Product) -> "psycopg.Connection[tuple[int, ...]]":
    return psycopg.connect(Cluster(made.data_dir / "postgres").url(), autocommit=True)


def _asked(made: Product, query: str) -> tuple[int, int]:
    with _database(made) as database:
        first, second = database.execute(query).fetchone() or (0, 0)
        return int(first), int(second)
