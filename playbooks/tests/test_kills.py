"""Workers that are killed while they do steps: each step happens once."""

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.tests.factories import UserFactory
from core import clock
from customers.tests.factories import CustomerFactory
from playbooks.domain.run import engine
from playbooks.domain.run.starting import Wanted, start
from playbooks.models import Run, RunStep, WorkItem
from playbooks.tests.factories import TASK, at_work

WORKER = "import django; django.setup(); from playbooks.domain.run import engine; engine.advance(batch=4)"
KILLS = ("playbooks.after_claim=kill@2", "playbooks.before_commit=kill@1", "playbooks.before_commit=kill@2")
RUNS, STEPS = 12, 5


@pytest.mark.django_db(transaction=True)
def test_each_step_happens_once_whoever_is_killed(databases: Any) -> None:
    playbook = at_work(*({**TASK, "title": f"Step {n}"} for n in range(STEPS)))
    wanted = [Wanted(customer=CustomerFactory(owner=UserFactory()).pk, occasion="hand") for _ in range(RUNS)]
    start(playbook=playbook, wanted=wanted, day=clock.today(), at=clock.now())

    url = databases.url(connection.settings_dict["NAME"])
    for traps in KILLS:
        env = {**os.environ, "DATABASE_URL": url, "FAILPOINTS": traps, "DJANGO_SETTINGS_MODULE": "config.settings"}
        done = subprocess.run([sys.executable, "-c", WORKER], cwd=settings.BASE_DIR, env=env, check=False)
        assert done.returncode == -9
        Run.objects.filter(claim__isnull=False).update(leased_until=clock.now() - timedelta(minutes=1))
    engine.advance()

    steps = Counter(RunStep.objects.values_list("run", "index"))
    assert (len(steps), set(steps.values())) == (RUNS * STEPS, {1})
    assert WorkItem.objects.count() == RUNS * STEPS
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}
