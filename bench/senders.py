"""Programs that send events: some connections, each sending one batch after the other, or at a set pace."""

import base64
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

BATCH = 100


@dataclass
class Sending:
    """What became of the batches: answers by status (0: none), and how long each answer took, in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def slowest(self, share: float = 0.99) -> float:
        return sorted(self.took)[int(len(self.took) * share) - 1] if self.took else 0.0


def batches(count: int, *, size: int = BATCH, customers: int = 1000, features: int = 20) -> list[bytes]:
    """Bodies as a product's server sends them: an event of some 400 bytes, each with an id of its own."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return [
        json.dumps(
            {"batch": [_event(n * size + m, customers, features, moment) for m in range(size)], "sentAt": moment}
        ).encode()
        for n in range(count)
    ]


def _event(number: int, customers: int, features: int, moment: str) -> dict[str, object]:
    customer = number * 7919 % customers
    return {
        "type": "track",
        "event": f"feature {number % features}",
        "userId": f"user-{customer}-{number % 11}",
        "messageId": f"{uuid.uuid4()}",
        "timestamp": moment,
        "context": {"groupId": f"C{customer:06d}", "library": {"name": "bench", "version": "1.0"}, "ip": "10.0.0.1"},
        "properties": {"plan": "pro", "rows": number % 1000, "path": f"/projects/{number % 5000}/reports/"},
        "integrations": {},
    }


def send(port: int, key: str, bodies: Sequence[bytes], *, connections: int, pace: float = 0.0) -> Sending:
    """Send all, from so many connections at once; with a ``pace`` (batches a second) whether answered or not, and
    without, each connection as fast as it is answered. Who is told to come later does so then."""
    done, lock, left = Sending(), threading.Lock(), iter(enumerate(bodies))
    began = time.perf_counter()

    def work() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                number, body = next(left, (0, b""))
            if not body:
                connection.close()
                return
            if pace:
                time.sleep(max(0.0, began + number / pace - time.perf_counter()))
            _post(connection, key, body, done, lock, patient=not pace)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.seconds = time.perf_counter() - began
    return done


def _post(
    connection: HTTPConnection, key: str, body: bytes, done: Sending, lock: threading.Lock, *, patient: bool
) -> None:
    while True:
        began = time.perf_counter()
        status, later = _ask(connection, key, body)
        with lock:
            done.statuses[status] += 1
            if status == 200:
                done.took.append(time.perf_counter() - began)
        if not patient or status not in {0, 429, 503}:
            return
        time.sleep(later)


def _ask(connection: HTTPConnection, key: str, body: bytes) -> tuple[int, float]:
    headers = {
        "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
        "Content-Type": "application/json",
    }
    try:
        connection.request("POST", "/v1/batch", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, float(answer.headers.get("Retry-After", 0))
    except (OSError, HTTPException):
        connection.close()
        return 0, 0.2
