import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from data.domain.backup.restore import Restored, restore
from data.domain.backup.server import Refused


class Command(BaseCommand):
    help = "Make a backup a database again: a new or empty one, all of it or nothing, compared row by row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--into", default="", metavar="NAME", help="a new database beside the configured one")
        parser.add_argument("--json", action="store_true", help="print what was restored as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = restore(options["file"], into=options["into"])
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(asdict(done)) if options["json"] else _said(done))


def _said(done: Restored) -> str:
    lines = [
        f"{done.rows} rows of {done.tables} tables are in {done.database}, each as it was on {done.made_at}.",
        f"Contacts erased since then, erased again: {done.erased_again}.",
    ]
    if not done.same_key:
        lines.append("SECRET_KEY is another one: kept secrets and sent links can't be read. Set the backup's.")
    return "\n".join(lines)
