from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.domain import keys
from accounts.models import Key
from core import clock


class Command(BaseCommand):
    help = "Make a key for a program. It is printed this once; only its digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        create = parser.add_subparsers(dest="action", required=True).add_parser("create", help="make a key, print it")
        create.add_argument("--scope", required=True, choices=Key.Scope.values)
        create.add_argument("--name", default="", help="what it is for; of an intake key also the name of its source")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = keys.create(scope=options["scope"], name=options["name"], at=clock.now())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(made.secret)
