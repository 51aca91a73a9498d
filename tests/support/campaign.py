"""Mail under fire: real workers, a real broker and a real SMTP server, while processes and connections are killed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psycopg
from django.db import connection

from config.embedded.broker import Broker, binary
from config.embedded.privileges import die_with_parent
from core import clock
from core.models import Mail
from customers.models import Contact, ContactPolicy, Customer
from surveys.domain import planning, publishing
from surveys.models import Ask, Campaign, Invitation, Survey
from tests.support.smtp import sink

ROOT = Path(__file__).resolve().parents[2]
LEASE = 4
FINAL = {"sent", "uncertain", "failed", "dropped"}


@dataclass(frozen=True)
class Outcome:
    """What became of the mails: how many reached the sink never, or more than once, and how many are in doubt.

    ``invitations``: those that the survey counts as sent. ``killed``: by what was killed.
    """

    mails: int
    lost: int
    doubled: int
    uncertain: int
    invitations: int
    killed: Counter[str] = field(default_factory=Counter)


def planned(mails: int) -> None:
    """A live survey with a campaign to so many contacts, all due now."""
    ContactPolicy.objects.create(id=1, from_hour=0, until_hour=24, quiet_weekdays=[])
    today = clock.today()
    customer = Customer.objects.create(name="Fire", created_on=today, known_on=today)
    Contact.objects.bulk_create(Contact(customer=customer, email=f"c{n}@example.com") for n in range(mails))
    survey = Survey.objects.create(name="Fire", reminder_days=0)
    publishing.publish(survey=survey, by=None, at=clock.now())
    campaign = Campaign.objects.create(survey=survey, starts_on=today, state=Campaign.State.RUNNING)
    planning.plan(campaign=campaign, day=today, at=clock.now() - timedelta(minutes=1))


def under_fire(
    *, database_url: str, folder: Path, kills: int, every: float, ask: bool, seed: int = 7, patience: float = 240
) -> Outcome:
    """Send what is planned in the database that Django's connection leads to, killing at random all the while."""
    dice, killed, taken = random.Random(seed), Counter[str](), folder / "taken.jsonl"
    taken.touch()
    with sink(taken) as server, _running(folder, database_url, server.port, taken, ask) as crew:
        # As slow as it takes two workers to be at it for all the kills.
        server.keep, server.pause = False, max(0.01, 2 * kills * every / Mail.objects.count())
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and _left():
            _wait_for_mail(taken, every)
            if killed.total() < kills:
                killed[crew.kill_something(dice)] += 1
    reached = Counter(json.loads(line)[1] for line in taken.read_text().splitlines())
    uncertain = Mail.objects.filter(state=Mail.State.UNCERTAIN).count()
    asked = dict(Ask.objects.values_list("contact__email", "state"))
    return Outcome(
        mails=len(asked),
        lost=sum(address not in reached and state != "uncertain" for address, state in asked.items()),
        doubled=sum(count > 1 for count in reached.values()),
        uncertain=uncertain,
        invitations=Invitation.objects.count(),
        killed=killed,
    )


def _wait_for_mail(taken: Path, every: float) -> None:
    """Let some mails pass, so that the next kill hits somebody at work; at most ten times as long."""
    before, deadline = taken.stat().st_size, time.monotonic() + 10 * every
    time.sleep(every)
    while taken.stat().st_size < before + 300 and time.monotonic() < deadline and _left():
        time.sleep(0.05)


def _left() -> int:
    connection.close_if_unusable_or_obsolete()
    return Mail.objects.exclude(state__in=FINAL, leased_until=None).count()


class Crew:
    """The processes of one campaign."""

    def __init__(self, broker: Broker, database_url: str, environment: dict[str, str], log: Path) -> None:
        self._broker, self._url, self._environment, self._log = broker, database_url, environment, log
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("broker", "beat", "worker 1", "worker 2"):
            self.start(name)

    def start(self, name: str) -> None:
        with self._log.open("ab") as log:
            self._processes[name] = subprocess.Popen(
                self._command(name), cwd=ROOT, env=self._environment, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip
        while name == "broker" and not self._broker.answers():
            time.sleep(0.02)

    def kill_something(self, dice: random.Random) -> str:
        """Kill a worker, the broker (emptied half of the time), or connections to the database. Returns which."""
        what = dice.choices(["worker", "connections", "broker"], [6, 3, 1])[0]
        if what == "connections":
            self._end_connections()
            return what
        name = "broker" if what == "broker" else dice.choice(["worker 1", "worker 2"])
        self.end(name)
        if what == "broker" and dice.random() < 0.5:
            shutil.rmtree(self._broker.directory, ignore_errors=True)
            self._broker.prepare()
        self.start(name)
        return what

    def end(self, name: str) -> None:
        process = self._processes[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end_all(self) -> None:
        for name in self._processes:
            self.end(name)

    def _end_connections(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND application_name = 'fire'"
            )

    def _command(self, name: str) -> list[str]:
        if name == "broker":
            program = binary()
            assert program
            return self._broker.command(program)
        celery = [sys.executable, "-m", "celery", "--app", "config", "--quiet"]
        if name == "beat":
            return [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""]
        plain = ["--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        return [*celery, "worker", "--hostname", f"{name.replace(' ', '')}@localhost", *plain]


@contextmanager
def _running(folder: Path, database_url: str, port: int, taken: Path, ask: bool) -> Iterator[Crew]:
    broker = Broker(folder / "broker")
    broker.prepare()
    own = {
        "DATABASE_URL": database_url,
        "PGAPPNAME": "fire",
        "BROKER_URL": broker.url,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "EMAIL_TIMEOUT": "5",
        "MAIL_LEASE": f"{LEASE}",
        "MAIL_ASK": "tests.support.smtp.was_taken" if ask else "",
        "SINK_FILE": f"{taken}",
        "DATA_DIR": f"{folder}",
        "DATABASE_POOL": "0",
        "WAKE_WORKERS": "1",
        "LOG_LEVEL": "WARNING",
    }
    crew = Crew(broker, database_url, {**os.environ, **own}, folder / "crew.log")
    try:
        yield crew
    finally:
        crew.end_all()
