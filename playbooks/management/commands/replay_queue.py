import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from playbooks.domain import replaying


class Command(BaseCommand):
    help = "Holds the queue of past Mondays against what was lost since: what did each CSM's first tasks hold of it?"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mondays", type=int, default=replaying.MONDAYS)
        parser.add_argument("--top", type=int, default=replaying.TOP, help="how many tasks of each CSM")
        parser.add_argument("--horizon", type=int, default=replaying.HORIZON, help="days in which a loss counts")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, mondays: int, top: int, horizon: int, **options: Any) -> None:
        total = replaying.NOTHING
        rows = []
        for day in replaying.mondays(clock.today(), count=mondays, horizon=horizon):
            found = replaying.held(day, top=top, horizon=horizon)
            total += found
            rows.append({"day": f"{day}", **asdict(found)})
        rows.append({"day": "all", **asdict(total)})
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        self.stdout.write(f"{'Monday':12}{'queue':>12}{'by MRR':>12}{'by renewal':>12}{'all lost':>12}")
        for row in rows:
            numbers = (row["queue"], row["by_mrr"], row["by_renewal"], row["all"])
            self.stdout.write(f"{row['day']!s:12}" + "".join(f"{float(number):12,.0f}" for number in numbers))
