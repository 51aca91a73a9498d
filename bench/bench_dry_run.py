"""Do a dry run and what then happens agree? Every playbook of the library that waits for a filter or a date, put to
work a month ago in the demo and let run night by night, against what its dry run says of the same days.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.core.management import call_command

from accounts.models import Role, User
from bench.harness import figures, scratch
from core import clock
from playbooks.models import Playbook
from tests.support.nights import replayed
from tools.figures import Figure, at_most, info

DAYS, SEED = 28, 7


@figures.measured("dry_run")
def dry_run() -> Iterator[Figure]:
    with scratch("dry_run"):
        call_command("make_demo", customers=400, months=24, seed=SEED, no_queue=True, verbosity=0)
        by, today = User.objects.filter(role=Role.ADMINISTRATOR)[0], clock.today()
        keys = Playbook.objects.filter(draft__trigger__kind__in=("filter", "date")).values_list("key", flat=True)
        found = replayed(keys=list(keys), by=by, first=today - timedelta(days=DAYS), last=today)
    yield at_most("dry_run.only_said", sum(len(one.said - one.came) for one in found), "runs", 0)
    yield at_most("dry_run.only_came", sum(len(one.came - one.said) for one in found), "runs", 0)
    yield info("dry_run.agreed", sum(len(one.said & one.came) for one in found), "runs")
    yield info("dry_run.playbooks", len(found), "playbooks")
