import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from data.domain.doctor import examine, is_well

MARKS = {"ok": "✓", "look": "·", "wrong": "✗"}


class Command(BaseCommand):
    help = "Look at every part of the installation. Exit code 1 where one is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print what was found as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = examine()
        if options["json"]:
            self.stdout.write(json.dumps({"well": is_well(found), "found": [asdict(one) for one in found]}))
        else:
            for one in found:
                self.stdout.write(f"{MARKS[one.state]} {one.part:<11} {one.words}")
        if not is_well(found):
            sys.exit(1)
