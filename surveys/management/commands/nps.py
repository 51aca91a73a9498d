import json
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Min

from core import arguments, clock
from surveys.models import Response, Survey
from surveys.queries.results import Asked, Figures, figures


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
            start=options["start"] or _first(surveys),
            end=options["end"] or clock.today() + timedelta(days=1),
            all_channels=options["all_channels"],
        )
        if asked.end < asked.start:
            raise CommandError(f"--to: {asked.end} lies before --from {asked.start}.")
        told = told_of(figures(asked))
        self.stdout.write(json.dumps(told) if options["json"] else _text(told, asked))


def told_of(found: Figures) -> dict[str, Any]:
    """The figures by the names that programs read; rates as shares of 1, undefined ones None."""
    nps = found.nps
    return {
        "n": nps.answers,
        "promoters": nps.promoters,
        "passives": nps.passives,
        "detractors": nps.detractors,
        "nps": _rounded(nps.score, 2),
        "center": _rounded(nps.center, 2),
        "margin": _rounded(nps.margin, 2),
        "margin_by_customer": _rounded(found.clustered, 2),
        "sent": found.sent,
        "answered": found.answered,
        "response_rate": _rounded(found.response_rate, 4),
        "coverage_mrr": _rounded(found.coverage_mrr, 4),
    }


def _surveys(name: str) -> list[Survey]:
    found = list(Survey.objects.filter(name=name) if name else Survey.objects.filter(kind=Survey.Kind.NPS))
    if name and not found:
        raise CommandError(f"--survey: there is no survey “{name}”.")
    return found


def _first(surveys: list[Survey]) -> date:
    first = Response.objects.filter(survey__in=surveys).aggregate(first=Min("day"))["first"]
    return first or clock.today()


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _text(told: dict[str, Any], asked: Asked) -> str:
    lines = [f"{asked.start} up to {asked.end}, end exclusive"]
    return "\n".join([*lines, *(f"{name:<20} {'–' if value is None else value}" for name, value in told.items())])
