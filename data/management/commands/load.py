import json
import sys
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core import arguments, clock
from data.domain.load.progress import Progress, Silent
from data.domain.load.report import Report
from data.domain.load.run import NothingToLoad, Order, load, load_mapped
from data.domain.mapping.model import FileMapping, MappingError
from data.domain.mapping.parse import parse
from data.management.bar import Bar
from data.management.words import lines_of
from health.domain import scoring

PRINTED = 50


class Command(BaseCommand):
    help = "Load a folder of CSV files (docs/howto/load.md). All is checked first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--history",
            action=BooleanOptionalAction,
            help="take the rows as known from their own dates (the default for what this source has no rows of yet)",
        )
        parser.add_argument("--dry-run", action="store_true", help="check and count, change nothing")
        parser.add_argument("--skip-bad", action="store_true", help="load the good rows and say which were dropped")
        parser.add_argument("--mapping", type=Path, help="a TOML file that says what another tool's files mean")
        parser.add_argument(
            "--source",
            type=arguments.source,
            help="whose ids the files hold (default: files, or what the mapping says)",
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(_("There is no folder %(folder)s.") % {"folder": folder})
        progress: Progress = Bar(self.stderr) if self.stderr.isatty() else Silent()
        report = self._load(folder, options, progress)
        if report.wrote:
            progress.step(_("Health"), _("brought up to date"))
            scoring.refresh()
        progress.done()
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
        else:
            for line in lines_of(report, printed=PRINTED):
                self.stdout.write(line)
        if report.refused:
            sys.exit(1)

    def _load(self, folder: Path, options: dict[str, Any], progress: Progress) -> Report:
        mapping = self._mapping(options["mapping"]) if options["mapping"] else None
        order = Order(
            folder=folder,
            source=options["source"] or (mapping.source if mapping else "files"),
            label=mapping.label if mapping else "",
            history=options["history"],
            dry_run=options["dry_run"],
            skip_bad=options["skip_bad"],
        )
        try:
            if mapping:
                return load_mapped(order=order, mapping=mapping, at=clock.now(), progress=progress)
            return load(order=order, at=clock.now(), progress=progress)
        except (NothingToLoad, MappingError) as error:
            raise CommandError(str(error)) from error

    def _mapping(self, path: Path) -> FileMapping:
        try:
            return parse(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, MappingError) as error:
            raise CommandError(f"{path}: {error}") from error
