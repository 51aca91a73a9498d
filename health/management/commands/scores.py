import csv
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import arguments, clock
from core.clock import AsOf
from health.domain.scoring import score
from health.queries.export import rows


class Command(BaseCommand):
    help = "Export the scores as of a day, with every measure, by customer. Stores nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=arguments.day, required=True, metavar="D")
        parser.add_argument("--csv", type=Path, required=True, metavar="FILE", help="where to write; - for the screen")

    def handle(self, *, as_of: date, csv: Path, **options: Any) -> None:
        if as_of > clock.today():
            raise CommandError(f"{as_of} has not begun: scores are as of today or a day before")
        result = score(AsOf.at(as_of))
        if str(csv) == "-":
            _write(self.stdout, result)
            return
        with csv.open("w", newline="", encoding="utf-8") as file:
            _write(file, result)
        self.stderr.write(f"{int(result.scored.sum())} customers written to {csv}")


def _write(file: Any, result: Any) -> None:
    csv.writer(file, lineterminator="\n").writerows(rows(result))
