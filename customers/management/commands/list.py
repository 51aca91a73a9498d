from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Role, User
from core import clock
from core.files import download
from core.lists.declared import ListOf, declared
from core.lists.table import ListTable
from customers.queries.saved_filters import named
from customers.rules import RuleError


class Command(BaseCommand):
    help = "Export a list (customers, contacts, subscriptions, answers, runs) as CSV or XLSX, as its page would."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("noun", choices=[noun.key for noun in declared()])
        parser.add_argument("--filter", default="", metavar="NAME", help="only what is of the customers it means")
        parser.add_argument("--columns", default="", metavar="A,B", help="which columns; all unless given")
        parser.add_argument(
            "--file", default="-", metavar="FILE", help="where to write, .csv or .xlsx; - for the screen"
        )

    def handle(self, *, noun: str, filter: str, columns: str, file: str, **options: Any) -> None:
        found = next(one for one in declared() if one.key == noun)
        table = _table(found, filter, columns)
        format = "xlsx" if file.endswith(".xlsx") else "csv"
        content = download(table.sheet(), noun, format).content
        if file == "-":
            self.stdout.write(content.decode(), ending="")
            return
        Path(file).write_bytes(content)
        self.stderr.write(f"{noun} written to {file}")


def _table(noun: ListOf, name: str, columns: str) -> ListTable:
    """All rows, as somebody sees them who sees everything."""
    user = User(role=Role.ADMINISTRATOR)
    rows = noun.rows(user)
    if name:
        try:
            rows = noun.filters({}, rows, user=user, today=clock.today()).of_saved(rows, named(name))
        except (LookupError, RuleError) as error:
            raise CommandError(f"--filter: {error}") from error
    wanted = [one for one in columns.split(",") if one] or [*noun.table.base_columns]
    if unknown := {*wanted} - {*noun.table.base_columns}:
        known = ", ".join(noun.table.base_columns)
        raise CommandError(f"--columns: there is no {min(unknown)!r}. There are: {known}.")
    chosen = noun.table.chosen(wanted)
    return noun.table(rows, exclude=noun.table.hidden(chosen), order_by=noun.sort or None, **noun.options())
