"""Rows that came as values, not in a file, on the same way through checks and writers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from core.loading import Noun
from core.loading.sql import execute, quoted
from data.domain.load.intake import Cells
from data.domain.load.problems import Problems
from data.domain.load.progress import Progress, Silent
from data.domain.load.reading import Defect
from data.domain.load.report import Report
from data.domain.load.run import Order, run
from data.domain.load.staging import Staged

Rows = Sequence[Mapping[str, Any]]
FEW: Final = 100
FIRST: Final = 2  # the line of the first row, as in a file below its header


def upsert(*, noun: str, rows: Rows, source: str, at: datetime, history: bool = False, dry_run: bool = False) -> Report:
    """Check and write rows of one noun, each a mapping of the columns of its file. All of them, or none.

    The report tells problems by line: that of the first row is ``FIRST``.
    """
    order = Order(folder=Path(), source=source, history=history, dry_run=dry_run, wholesale=len(rows) > FEW)

    def intake(noun: Noun, problems: Problems, progress: Progress) -> Cells | None:
        return _take_in(noun, rows, problems)

    return run(order=order, at=at, files={noun: noun}, intake=intake, notes=[], progress=Silent())


def _take_in(noun: Noun, rows: Rows, problems: Problems) -> Cells | None:
    names = list(rows[0])
    defects = [*_wrong_columns(noun, names), *_uneven(rows), *_unstorable(rows)]
    for defect in defects:
        problems.tell(noun.name, defect)
    if defects:
        return None
    own = {name: name for name in names if noun.column(name)}
    extra = {name: f"extra_{place}" for place, name in enumerate(names) if name not in own}
    columns = own | extra
    table = f"load_{noun.name}"
    _copy(table, [columns[name] for name in names], rows)
    staged = Staged(Path(), table, columns, len(rows), exact=True)
    return Cells(staged, frozenset(own), extra)


def _wrong_columns(noun: Noun, names: list[str]) -> Iterable[Defect]:
    for column in noun.columns:
        if column.required and column.name not in names:
            yield Defect(FIRST, column.name, "required", _("Every row needs this field."))
    for name in names:
        if not name.strip() or (not noun.open and noun.column(name) is None):
            yield Defect(FIRST, name, "unknown_column", _("There is no such field."))


def _uneven(rows: Rows) -> Iterable[Defect]:
    """A field that is left out is left alone, in all rows: so it can't stand in some."""
    first = rows[0].keys()
    for line, row in enumerate(rows, start=FIRST):
        if row.keys() != first:
            name = min(row.keys() ^ first)
            yield Defect(line, name, "uneven", _("Give every row the same fields: null where there is no value."))


def _unstorable(rows: Rows) -> Iterable[Defect]:
    for line, row in enumerate(rows, start=FIRST):
        for name, value in row.items():
            if not (_storable(name) and _storable(value)):
                yield Defect(line, name.replace("\0", "") or "?", "nul", _("Holds a character that can't be kept."))


def _storable(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    return "\0" not in value and (value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value))


def _copy(table: str, names: list[str], rows: Rows) -> None:
    cells = ", ".join(f"{quoted(name)} text" for name in names)
    execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    execute(f"CREATE TEMP TABLE {table} (line bigint, {cells}) ON COMMIT DROP")
    listed = ", ".join(map(quoted, names))
    order = list(rows[0])
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} (line, {listed}) FROM STDIN") as copy:
        for line, row in enumerate(rows, start=FIRST):
            copy.write_row((line, *(_cell(row[name]) for name in order)))


def _cell(value: Any) -> str | None:
    """As it would stand in a file."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
