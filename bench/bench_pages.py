"""The pages among 100,000 customers, with twenty people at work at once: two seconds between the clicks of each.

A real server as it stands in production, on the same machine. `PAGES_SECONDS` says how long they work (60).
"""

import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import create_server
from statistics import mean, median
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import Role, User
from bench.bench_customers import _stand
from bench.bench_scoring import company
from bench.harness import address, bring_into_memory, figures, kept, scaled, speed
from config.embedded.privileges import die_with_parent
from config.runner import programs
from core import clock
from customers.models import Customer
from playbooks.domain import triggers
from playbooks.models import WorkItem
from subscriptions.domain import curves, rulesets
from tools.figures import Figure, at_most, info

PEOPLE, PAUSE = 20, 2.0
MEDIAN, SLOW = 0.1, 0.25  # seconds
# What somebody who works with it all day opens, and how often of a hundred clicks.
CLICKS = {
    "home": ("/", 8),
    "queue": ("/queue/", 22),
    "customer": ("/customers/{customer}/", 22),
    "customers": ("/customers/", 8),
    "customers.filtered": ("/customers/?band=risk&sort=-mrr", 6),
    "customers.searched": ("/customers/?q=freight", 6),
    "contacts": ("/customers/contacts/", 3),
    "subscriptions": ("/customers/subscriptions/", 3),
    "answers": ("/customers/answers/", 3),
    "runs": ("/customers/runs/", 2),
    "search": ("/search/?q=fre", 6),
    "signals": ("/health/", 3),
    "surveys": ("/surveys/", 2),
    "usage": ("/usage/", 3),
    "reports": ("/reports/", 3),
}
ROLES = (
    Role.CSM,
    Role.CSM,
    Role.CSM,
    Role.CSM,
    Role.LEAD,
    Role.LEAD,
    Role.CSM,
    Role.CSM,
    Role.ADMINISTRATOR,
    Role.ANALYST,
)


@dataclass
class Person:
    """Somebody at work: their session, and customers that they may open."""

    cookie: str
    customers: Sequence[str]
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)


@figures.measured("pages")
def pages() -> Iterator[Figure]:
    with kept("company_100k", company):
        _stand()
        _fill_the_queue()
        curves.freshen(ruleset=rulesets.current())  # as each night does
        bring_into_memory()
        people = [_person(number) for number in range(PEOPLE)]
        name = connection.settings_dict["NAME"]
        with _served(address(name)) as (port, worked):
            _together(people, partial(_morning, port=port))  # what a process reads once
            for person in people:
                person.took.clear()
            pace = speed("python")
            before, until = worked(), time.monotonic() + float(os.environ.get("PAGES_SECONDS", "60"))
            _together(people, partial(_day, port=port, until=until))
            took = worked() - before
            pace = mean((pace, speed("python")))
        clicks = sum(len(times) for person in people for times in person.took.values())
        yield info("pages.web", 1000 * took / max(clicks, 1), "ms of the web's work a click")
        yield from _told(people, pace)


def _told(people: Sequence[Person], pace: float) -> Iterator[Figure]:
    took: dict[str, list[float]] = defaultdict(list)
    for person in people:
        for page, times in person.took.items():
            took[page] += times
    everything = [one for times in took.values() for one in times]
    yield info("pages.clicks", len(everything), "clicks")
    failed = [one for person in people for one in person.failed]
    yield at_most("pages.failed", len(failed), "clicks", 0, such_as=sorted({*failed})[:5])
    for page in CLICKS:
        if took[page]:
            yield from _both(f"pages.{page}", took[page], pace)
    yield from _both("pages", everything, pace)


def _both(name: str, took: Sequence[float], pace: float) -> Iterator[Figure]:
    yield scaled(f"{name}.median", median(took), MEDIAN, "python", pace=pace, clicks=len(took))
    yield scaled(f"{name}.p95", _slow(took), SLOW, "python", pace=pace)


def _slow(times: Sequence[float]) -> float:
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]


def _together(people: Sequence[Person], work: Callable[[Person, random.Random], None]) -> None:
    threads = [threading.Thread(target=work, args=(one, random.Random(n))) for n, one in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _morning(person: Person, dice: random.Random, *, port: int) -> None:
    """Every page once, each in their own order."""
    for name in dice.sample([*CLICKS], len(CLICKS)):
        _click(person, port, name, CLICKS[name][0].format(customer=dice.choice(person.customers)))


def _day(person: Person, dice: random.Random, *, port: int, until: float) -> None:
    """Click, wait, click: each at their own moment, and each on a new connection, as after a pause it is."""
    time.sleep(dice.random() * PAUSE)
    names, often = [*CLICKS], [weight for _address, weight in CLICKS.values()]
    while time.monotonic() < until:
        (name,) = dice.choices(names, often)
        path = CLICKS[name][0].format(customer=dice.choice(person.customers))
        _click(person, port, name, path)
        time.sleep(PAUSE)


def _click(person: Person, port: int, name: str, path: str) -> None:
    start, browser = time.perf_counter(), HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        browser.request("GET", path, headers={"Cookie": person.cookie, "Accept-Encoding": "gzip"})
        answer = browser.getresponse()
        answer.read()
    except (OSError, HTTPException) as error:
        person.failed.append(f"{path}: {error}")
        return
    finally:
        browser.close()
    person.took[name].append(time.perf_counter() - start)
    if answer.status != HTTPStatus.OK:
        person.failed.append(f"{path}: {answer.status}")


def _person(number: int) -> Person:
    people = User.objects.filter(role=ROLES[number % len(ROLES)], is_active=True).order_by("pk")
    user = people[number % people.count()]
    client = Client()
    client.force_login(user)
    seen = Customer.objects.visible_to(user).current().order_by("-standing__mrr_at_risk")
    uids = [f"{uid}" for uid in seen.values_list("uid", flat=True)[number : number + 200]]
    return Person(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}", uids)


def _fill_the_queue() -> None:
    if not WorkItem.objects.exists():
        triggers.evaluate(day=clock.today(), at=clock.now())


@contextmanager
def _served(database: str) -> Iterator[tuple[int, Callable[[], float]]]:
    """The web server as `make run` starts it. Yields its port, and what tells the seconds that it has worked."""
    with create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        own = {"DATABASE_URL": database, "DATA_DIR": folder, "SECRET_KEY": settings.SECRET_KEY, "WAKE_WORKERS": "0"}
        server = subprocess.Popen(
            programs.web(host="127.0.0.1", port=port, debug=False).command,
            cwd=settings.BASE_DIR,
            env={**os.environ, **own, "LOG_LEVEL": "ERROR", "DATABASE_POOL": "1"},
            preexec_fn=die_with_parent,  # noqa: PLW1509 (no thread has begun)
            start_new_session=True,
        )
        try:
            _wait_for(partial(_answers, port))
            yield port, partial(_worked, server.pid)
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _worked(leader: int) -> float:
    """The processor's time, in seconds, of the processes in a group, by what the kernel counted for each."""
    counted = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            _state, _parent, group, *rest = stat.read_text().rpartition(")")[2].split()
            counted += (int(rest[8]) + int(rest[9])) if int(group) == leader else 0
    return counted / os.sysconf("SC_CLK_TCK")


def _answers(port: int) -> bool:
    try:
        asked: Any = HTTPConnection("127.0.0.1", port, timeout=30)
        asked.request("GET", "/livez")
        return bool(asked.getresponse().status == HTTPStatus.OK)
    except OSError:
        return False


def _wait_for(ready: Any) -> None:
    deadline = time.monotonic() + 60
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError("The server does not answer.")
        time.sleep(0.1)
