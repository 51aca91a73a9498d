from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import secrets


class Command(BaseCommand):
    help = "Encrypt every kept secret anew under SECRET_KEY; afterwards SECRET_KEY_FALLBACKS may go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["rotate"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(f"{secrets.rotate()} secrets are kept under SECRET_KEY now.")
        except secrets.Unreadable as error:
            raise CommandError(f"{error} Nothing was changed.") from error
