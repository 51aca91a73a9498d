import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import arguments, clock
from surveys.models import Survey
from surveys.queries.results import Asked, figures
from surveys.queries.results.told import first_day, told


class Command(BaseCommand):
    help = (
        "Print the NPS with its margin, who answered, and whose MRR that is. --to is exclusive. Answers picked by a CSM"
        " or taken by phone stay out, unless --all-channels."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--survey", default="", metavar="NAME", help="one survey; without it, all NPS surveys")
        parser.add_argument(
            "--from", dest="start", type=arguments.day, help="first day; without it, that of the first answer"
        )
        parser.add_argument("--to", dest="end", type=arguments.day, help="day after the last; without it, tomorrow")
        parser.add_argument("--all-channels", action="store_true", help="with what a CSM picked or heard by phone")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        surveys = _surveys(options["survey"])
        asked = Asked(
            surveys=tuple(one.pk for one in surveys),
            kind=surveys[0].kind if surveys else "nps",
            start=options["start"] or first_day(surveys),
            end=options["end"] or clock.today() + timedelta(days=1),
            all_channels=options["all_channels"],
        )
        if asked.end < asked.start:
            raise CommandError(f"--to: {asked.end} lies before --from {asked.start}.")
        said = told(figures(asked))
        self.stdout.write(json.dumps(said) if options["json"] else _text(said, asked))


def _surveys(name: str) -> list[Survey]:
    found = list(Survey.objects.filter(name=name) if name else Survey.objects.filter(kind=Survey.Kind.NPS))
    if name and not found:
        raise CommandError(f"--survey: there is no survey “{name}”.")
    return found


def _text(said: dict[str, Any], asked: Asked) -> str:
    lines = [f"{asked.start} up to {asked.end}, end exclusive"]
    return "\n".join([*lines, *(f"{name:<20} {'–' if value is None else value}" for name, value in said.items())])
