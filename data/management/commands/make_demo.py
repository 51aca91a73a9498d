from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core import arguments, clock
from data.demo.build import NotEmpty, build
from data.demo.spec import DEFAULT_SEED, FEWEST_CUSTOMERS, FEWEST_MONTHS, Spec


class Command(BaseCommand):
    help = "Make a synthetic company with a hidden truth in an empty database. Same seed, same data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=400)
        parser.add_argument("--months", type=int, default=24)
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
        parser.add_argument("--today", type=arguments.day, help="the day the data ends before; default: today")
        parser.add_argument("--truth", type=Path, metavar="FILE", help="write the hidden truth to a CSV file, too")
        parser.add_argument("--no-scores", action="store_true", help="leave out scores and standings, and the queue")
        parser.add_argument("--no-queue", action="store_true", help="leave out the tasks of tonight")

    def handle(self, *args: Any, **options: Any) -> None:
        spec = Spec(options["customers"], options["months"], options["seed"], options["today"] or clock.today())
        if spec.customers < FEWEST_CUSTOMERS or spec.months < FEWEST_MONTHS:
            raise CommandError(
                _("A company needs at least %(customers)s customers and %(months)s months.")
                % {"customers": FEWEST_CUSTOMERS, "months": FEWEST_MONTHS}
            )
        try:
            made = build(
                spec=spec,
                progress=self._say if options["verbosity"] else lambda _phase: None,
                truth_file=options["truth"],
                scores=not options["no_scores"],
                queue=not options["no_queue"],
            )
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] > 1:
            for phase, seconds in made.seconds.items():
                self.stdout.write(f"{seconds:8.2f} s  {phase}")
        if options["verbosity"]:
            self._summary(spec)

    def _summary(self, spec: Spec) -> None:
        self.stdout.write(
            _("%(customers)s customers with %(months)s months of history.")
            % {"customers": spec.customers, "months": spec.months}
        )

    def _say(self, phase: str) -> None:
        self.stdout.write(f"{phase} …")
