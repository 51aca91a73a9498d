import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from accounts.domain.audit.chain import Verdict, verify


class Command(BaseCommand):
    help = "Check that the audit log is as it was written. Exit code 1, and the first bad row, where it is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--verify", action="store_true", required=True, help="walk the whole chain")
        parser.add_argument("--json", action="store_true", help="print the verdict as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify()
        if options["json"]:
            self.stdout.write(json.dumps({"holds": verdict.holds, **asdict(verdict), "words": verdict.words}))
        else:
            self.stdout.write(_said(verdict))
        if not verdict.holds:
            sys.exit(1)


def _said(verdict: Verdict) -> str:
    if verdict.holds:
        return f"The audit log holds: {verdict.entries} entries, {verdict.seals} seals."
    where = f"number {verdict.number}, " if verdict.number is not None else ""
    entry = f"entry {verdict.entry}: " if verdict.entry is not None else ""
    detail = f" ({verdict.detail})" if verdict.detail else ""
    return f"The audit log does not hold. {where.capitalize()}{entry}{verdict.words}{detail}."
