"""The queue, the triggers and the steps of a company of 100,000 customers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from bench import company_of_work
from bench.harness import address, figures, scaled, scratch, seconds
from core import clock
from core.ids import uuid7
from customers.models.measured import places
from playbooks.domain.book import publishing
from playbooks.domain.run import watching
from playbooks.models import Playbook, Run, RunStep
from tools.figures import Figure, at_least, at_most, info

TIMES, FOR = 15, 60
QUEUE = 0.06  # seconds
NOBODY = {"key": "measure.score", "op": "<", "value": -1}
TASK = {"kind": "task", "title": "Call {customer}", "due": 2, "unit": "business_days", "reasons": ["score"]}
STEPS = [step for _ in range(5) for step in (TASK, {"kind": "wait", "for": "until", "key": "attribute.created_on"})]


@figures.measured("playbooks")
def playbooks() -> Iterator[Figure]:
    """All of it in one company, that is made for it."""
    with scratch("playbooks"):
        csm = company_of_work.make()
        yield from queue(csm)
        yield from triggers()
        yield from runs()


def queue(csm: User) -> Iterator[Figure]:
    """The page of a CSM with 500 customers, on the server: queries and time."""
    client = _client(csm)
    taken = [seconds(partial(_get, client, "/queue/")) for _ in range(TIMES + 1)][1:]
    lane = [seconds(partial(_get, client, "/queue/?lane=risk")) for _ in range(TIMES + 1)][1:]
    yield scaled("playbooks.queue", median(taken), QUEUE, "python", most=round(max(taken), 4))
    yield scaled("playbooks.queue_of_a_lane", median(lane), QUEUE, "python")
    yield at_most("playbooks.queue_queries", _queries(client), "queries", 8)


def triggers() -> Iterator[Figure]:
    """Twenty playbooks at work, held against 100,000 customers of whom one in fifty has moved."""
    for trigger in company_of_work.rules():
        _at_work(trigger)
    day, at = clock.today(), clock.now()
    yield info("playbooks.first_night", seconds(lambda: watching.watch(day=day, at=at)), "s")
    with connection.cursor() as cursor:
        cursor.execute(_move())
        moved = cursor.rowcount
    done: list[watching.Watched] = []
    taken = seconds(lambda: done.append(watching.watch(day=day, at=at)))
    yield at_most("playbooks.triggers", taken, "s", 10, started=done[0].started, moved=moved)


MOVED = {"score": 2, "active_users_28": 1, "last_nps": 1, "open_tickets": 9}


def _move() -> str:
    places_of = places(MOVED)
    values = ", ".join(f"measured[{places_of[key]}] = {value}" for key, value in MOVED.items())
    return f"UPDATE customers_standing SET {values} WHERE customer_id % 50 = 0"


def runs() -> Iterator[Figure]:
    """100,000 runs of tasks and waits, moved on by two processes; event, audit and task included."""
    Playbook.objects.update(active=None)
    Run.objects.live().update(state=Run.State.STOPPED, ended_at=clock.now())
    _start_all(_at_work({"kind": "hand"}, audience={"all": []}))
    before, began = RunStep.objects.count(), time.monotonic()
    for worker in [_worker() for _ in range(2)]:
        worker.wait()
    done = RunStep.objects.count() - before
    yield at_least("playbooks.steps", done / (time.monotonic() - began), "steps/s", 150, done=done)


def _start_all(book: Playbook) -> None:
    """Written at once: how fast runs begin is not what is asked here."""
    assert book.active
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, {"playbook": book.pk, "of": book.active.pk})
        cursor.execute("ANALYZE playbooks_run")


BEGIN = """
INSERT INTO playbooks_run (uid, playbook_id, of_id, customer_id, occasion, experiment, variant, arm, state, index,
                           visit, due_at, attempts, error, paused_by, started_at)
SELECT gen_random_uuid(), %(playbook)s, %(of)s, id, 'bench', '', '', 'treated', 'running', 0,
       1, now(), 0, '', '', now()
FROM customers_customer
"""


def _worker() -> "subprocess.Popen[bytes]":
    code = f"import django; django.setup(); from playbooks.domain.run import engine; engine.advance(seconds={FOR})"
    url = address(str(connection.settings_dict["NAME"]))
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.Popen([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=env)


def _at_work(trigger: dict[str, Any], audience: dict[str, Any] = NOBODY) -> Playbook:
    draft = {"trigger": trigger, "audience": audience, "steps": STEPS}
    if trigger["kind"] == "filter":
        draft["audience"] = {"key": "measure.score", "op": "<", "value": 5}
    book = Playbook.objects.create(key=f"bench-{uuid7().hex[-8:]}", name="Bench", draft=draft)
    book.active = publishing.publish(playbook=book, by=None, at=clock.now())
    book.active_since = clock.today()
    book.save()
    return book


def _client(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _get(client: Client, where: str) -> None:
    if (status := client.get(where).status_code) != 200:
        raise RuntimeError(f"{where} answers {status}")


def _queries(client: Client) -> int:
    made: list[str] = []

    def note(execute: Any, sql: str, *args: Any) -> Any:
        made.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(note):
        _get(client, "/queue/")
    return len(made)
