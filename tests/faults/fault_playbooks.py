"""Runs are moved on by workers that are killed all the while: each step happens once."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

from tests.faults import campaigns
from tests.faults.fault_mail import database
from tools.figures import Figure, at_least, at_most

RUNS, STEPS, KILLS = 1000, 10, 60
WORKER = """
import time, django; django.setup()
from playbooks.domain.run import engine
while True:
    engine.advance(batch=7)
    time.sleep(0.05)
"""


@campaigns.measured("playbooks_killed")
def playbooks_killed() -> Iterator[Figure]:
    """1,000 runs of 10 tasks, two workers, 60 kills (-9)."""
    with database() as url:  # it sets Django up, which models have to wait for
        from playbooks.models import RunStep, WorkItem

        _planned()
        killed = _under_fire(url)
        steps = Counter(RunStep.objects.values_list("run", "index"))
        told = Counter(WorkItem.objects.values_list("customer", "cause"))
        yield at_most("playbooks_killed.lost", RUNS * STEPS - len(steps), f"of {RUNS * STEPS} steps", 0)
        yield at_most("playbooks_killed.doubled", sum(count > 1 for count in steps.values()), "steps", 0)
        yield at_most("playbooks_killed.tasks_doubled", sum(count > 1 for count in told.values()), "tasks", 0)
        yield at_most("playbooks_killed.tasks_lost", RUNS * STEPS - len(told), "tasks", 0)
        yield at_least("playbooks_killed.kills", killed, "workers", KILLS)


def _planned() -> None:
    from accounts.tests.factories import UserFactory
    from core import clock
    from customers.tests.factories import CustomerFactory
    from playbooks.domain.run.starting import Wanted, start
    from playbooks.tests.factories import TASK, at_work

    owner, book = UserFactory(), at_work(*({**TASK, "title": f"Step {n}"} for n in range(STEPS)))
    wanted = [Wanted(customer=CustomerFactory(owner=owner).pk, occasion="hand") for _ in range(RUNS)]
    start(playbook=book, wanted=wanted, day=clock.today(), at=clock.now())


def _under_fire(url: str) -> int:
    """Kill one of two workers, start another, and so on; then let them finish. Returns how many were killed.

    The kills are spread over the steps, so that there are as many however fast the machine is.
    """
    dice, killed, crew = random.Random(7), 0, [_worker(url), _worker(url)]
    deadline = time.monotonic() + 600
    while _left() and time.monotonic() < deadline:
        time.sleep(dice.uniform(0.1, 0.4))
        if killed < KILLS and _done() > killed * RUNS * STEPS / (KILLS + 2):
            place = dice.randrange(2)
            crew[place].kill()
            crew[place].wait()
            killed += 1
            crew[place] = _worker(url)
        _end_leases()
    for one in crew:
        one.kill()
        one.wait()
    return killed


def _done() -> int:
    from playbooks.models import RunStep

    return RunStep.objects.count()


def _left() -> int:
    from playbooks.models import Run

    return Run.objects.filter(state=Run.State.RUNNING).count()


def _end_leases() -> None:
    """As if time had passed: who was killed holds its lease for two minutes. Those at work keep theirs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE playbooks_run SET leased_until = statement_timestamp() - interval '1 second', attempts = 0"
            " WHERE state = 'running' AND claim IS NOT NULL"
            " AND leased_until < statement_timestamp() + interval '115 seconds'"
        )


def _worker(url: str) -> "subprocess.Popen[bytes]":
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.Popen([sys.executable, "-c", WORKER], env=env)
