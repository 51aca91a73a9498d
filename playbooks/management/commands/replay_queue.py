import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from playbooks.domain import replaying
from playbooks.domain.replaying import Morning, Reading

COLUMNS = {"queue": "queue", "by_mrr": "by MRR", "by_renewal": "by renewal", "best": "best", "all": "all lost"}


class Command(BaseCommand):
    help = "Holds the queue of past Mondays against what was lost since: what did each CSM's first tasks hold of it?"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mondays", type=int, default=replaying.MONDAYS)
        parser.add_argument("--top", type=int, default=replaying.TOP, help="how many tasks of each CSM")
        parser.add_argument("--horizon", type=int, default=replaying.HORIZON, help="days in which a loss counts")
        parser.add_argument(
            "--decided",
            action="store_true",
            help="count what was decided on in those days, without customers who had given notice by then",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *, mondays: int, top: int, horizon: int, decided: bool, **options: Any) -> None:
        reading = Reading.DECIDED if decided else Reading.LOST
        total = replaying.NOTHING
        rows: list[dict[str, Any]] = []
        for day in replaying.mondays(clock.today(), count=mondays, horizon=horizon):
            found = replaying.held(Morning(day, horizon=horizon, reading=reading), top=top)
            total += found
            rows.append({"day": f"{day}", **asdict(found)})
        rows.append({"day": "all", **asdict(total)})
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        self.stdout.write(f"{'Monday':12}" + "".join(f"{title:>12}" for title in COLUMNS.values()))
        for row in rows:
            self.stdout.write(f"{row['day']:12}" + "".join(f"{row[key]:12,.0f}" for key in COLUMNS))
