from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.domain import keys
from accounts.models import Key, Team
from core import arguments, clock


class Command(BaseCommand):
    help = "Make a key for a program. It is printed this once; only its digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        create = parser.add_subparsers(dest="action", required=True).add_parser("create", help="make a key, print it")
        create.add_argument("--scope", required=True, choices=Key.Scope.values)
        create.add_argument("--name", default="", help="what it is for; of an intake key also the name of its source")
        create.add_argument("--team", default="", help="sees the customers of that team only")
        create.add_argument("--expires", type=arguments.day, metavar="DAY", help="opens nothing from that day on")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = keys.create(
                scope=options["scope"],
                name=options["name"],
                team=_team(options["team"]),
                expires_at=_midnight(options["expires"]),
                at=clock.now(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(made.secret)


def _team(name: str) -> Team | None:
    if not name:
        return None
    try:
        return Team.objects.get(name=name)
    except Team.DoesNotExist as error:
        raise CommandError(f"--team: there is no team {name!r}.") from error


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=clock.zone()) if day else None
