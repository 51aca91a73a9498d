"""Programs that keep at it: events and calls to the API, each sent again until it is taken."""

import base64
import itertools
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

import psycopg

from tools.figures import Figure, at_most, info

BATCH, CUSTOMERS = 20, 20
WRONG = {400, 401, 403, 404, 409, 413, 422}  # would be said again, however often it is sent
EVENTS = "SELECT (payload #>> '{properties,n}')::int FROM usage_rawevent"
CALLS = "SELECT substr(t.body, 6)::int FROM customers_touchpoint p JOIN customers_text t ON t.id = p.text_id"
COUNTED = (
    "SELECT coalesce(sum(u.events), 0) FROM usage_usageday u JOIN usage_feature f ON f.id = u.feature_id AND f.key = ''"
)
TOLD = "SELECT count(*) FROM core_event WHERE type = 'customers.touchpoint_logged.v1'"


@dataclass
class Traffic:
    """What was sent and taken, by number, and how often it was not at once."""

    port: int
    intake: str
    write: str
    events: set[int] = field(default_factory=set)
    calls: set[int] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)
    _ending: threading.Event = field(default_factory=threading.Event)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def send_events(self) -> None:
        word = base64.b64encode(f"{self.intake}:".encode()).decode()
        while not self._ending.is_set():
            numbers = [next(self._numbers) for _ in range(BATCH)]
            body = json.dumps({"batch": [event(number) for number in numbers]})
            if self._until_taken("/v1/batch", body, {"Authorization": f"Basic {word}"}):
                self.events.update(numbers)
            time.sleep(0.05)

    def call(self) -> None:
        while not self._ending.is_set():
            number = next(self._numbers)
            held = {"Authorization": f"Bearer {self.write}", "Idempotency-Key": f"call-{number}"}
            if self._until_taken("/api/v1/touchpoints/", json.dumps(_call(number)), held):
                self.calls.add(number)
            time.sleep(0.05)

    def end(self) -> None:
        self._ending.set()

    def taken(self) -> int:
        return len(self.events) + len(self.calls)

    def _until_taken(self, path: str, body: str, headers: dict[str, str], patience: float = 60) -> bool:
        """Send it again and again, for a minute after the end of it all, too. Whether it was taken."""
        gives_up = None
        while gives_up is None or time.monotonic() < gives_up:
            status = self._answer(path, body, headers)
            self.answers[status] += 1
            if status in {200, 201} or status in WRONG:
                return status not in WRONG
            time.sleep(0.2)
            if self._ending.is_set():
                gives_up = gives_up or time.monotonic() + patience
        return False

    def _answer(self, path: str, body: str, headers: dict[str, str]) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()


def event(number: int) -> dict[str, Any]:
    return {
        "type": "track",
        "event": f"feature {number % 7}",
        "userId": f"u{number % 97}",
        "messageId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number}")),
        "context": {"groupId": f"C{number % CUSTOMERS}"},
        "properties": {"n": number},
    }


def _call(number: int) -> dict[str, Any]:
    customer = f"C{number % CUSTOMERS}"
    return {
        "customer": customer,
        "at": "2026-01-05T10:00:00Z",
        "kind": "call",
        "two_way": True,
        "text": f"call {number}",
    }


@contextmanager
def traffic(port: int, *, intake: str, write: str) -> Iterator[Traffic]:
    """Inside the block, three programs send. After it, each has an answer to all it sent, or gave up."""
    made = Traffic(port, intake, write)
    threads = [threading.Thread(target=work) for work in (made.send_events, made.send_events, made.call)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.end()
        for thread in threads:
            thread.join()


def figures(name: str, sent: Traffic, url: str) -> Iterator[Figure]:
    """Accepted, lost, doubled: against what stands in the database once all is counted."""
    with psycopg.connect(url, autocommit=True) as database:
        found = {"events": _numbers(database, EVENTS), "calls": _numbers(database, CALLS)}
        wrong = _until_equal(lambda: _one(database, COUNTED) - len(found["events"]))
        told = _one(database, TOLD) - len(found["calls"])
    for what, taken in (("events", sent.events), ("calls", sent.calls)):
        yield info(f"{name}.{what}_accepted", len(taken), what)
        yield at_most(f"{name}.{what}_lost", len(taken - set(found[what])), f"of {len(taken)}", 0)
        yield at_most(f"{name}.{what}_doubled", len(found[what]) - len(set(found[what])), f"of {len(taken)}", 0)
    yield at_most(f"{name}.events_counted_wrong", abs(wrong), f"of {len(found['events'])}", 0)
    yield at_most(f"{name}.calls_told_wrong", abs(told), f"of {len(found['calls'])}", 0)
    said = sum(sent.answers[status] for status in WRONG)
    yield at_most(f"{name}.refused_for_good", said, "requests", 0)
    refused = sum(count for status, count in sent.answers.items() if status not in {200, 201, *WRONG})
    yield info(f"{name}.asked_to_come_again", refused, "answers, or none")


def _numbers(database: psycopg.Connection[Any], query: str) -> list[int]:
    return [number for (number,) in database.execute(query).fetchall()]


def _one(database: psycopg.Connection[Any], query: str) -> int:
    row = database.execute(query).fetchone()
    return int(row[0]) if row else 0


def _until_equal(difference: Callable[[], int], patience: float = 120) -> int:
    deadline = time.monotonic() + patience
    while (left := difference()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return left
