from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from data.domain.backup.backup import back_up
from data.domain.backup.server import Refused


class Command(BaseCommand):
    help = (
        "Write everything into one file, as of one moment, while work goes on. SECRET_KEY is not in it: keep it apart."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = back_up(options["file"], at=clock.now())
        except (Refused, OSError) as error:
            raise CommandError(f"{error} Nothing was backed up.") from error
        size = options["file"].stat().st_size / 1e6
        self.stdout.write(f"{told.rows} rows of {len(told.tables)} tables in {options['file']}, {size:.1f} MB.")
