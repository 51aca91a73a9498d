from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from subscriptions.domain import ledger, ledger_check
from subscriptions.domain.ledger_check import Difference


class Command(BaseCommand):
    help = "Bring the ledger of MRR movements up to what the versions say, or check that it says just that."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compute all in memory and show the first difference")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{ledger.refresh()} rows appended")
            return
        first = next(ledger_check.differences(), None)
        if first:
            raise CommandError(_said(first))
        self.stdout.write("The ledger says what the versions say.")


def _said(one: Difference) -> str:
    return (
        f"customer {one.customer_id} on {one.day}, as known on {one.known_on}:\n"
        f"  the ledger says    {one.ledger}\n"
        f"  the versions give  {one.versions}"
    )
