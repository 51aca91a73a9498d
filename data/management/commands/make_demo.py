from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core import clock
from data.demo.build import NotEmpty, build
from data.demo.spec import Spec


class Command(BaseCommand):
    help = "Make a synthetic company with a hidden truth in an empty database. Same seed, same data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=400)
        parser.add_argument("--months", type=int, default=24)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--today", type=date.fromisoformat, help="the day the data ends before; default: today")

    def handle(self, *args: Any, **options: Any) -> None:
        spec = Spec(options["customers"], options["months"], options["seed"], options["today"] or clock.today())
        try:
            made = build(spec=spec, progress=self._say)
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] > 1:
            for phase, seconds in made.seconds.items():
                self.stdout.write(f"{seconds:8.2f} s  {phase}")
        self.stdout.write(
            _("%(customers)s customers with %(months)s months of history.")
            % {"customers": spec.customers, "months": spec.months}
        )

    def _say(self, phase: str) -> None:
        if phase:
            self.stdout.write(f"{phase} …")
