"""The first rows as they would be taken in, and what is wrong with them, before anything is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.loading import Batch, Noun
from core.loading.sql import execute, fetch, quoted
from data.domain.imports import draft, sniff, store
from data.domain.load.checking import check_cells
from data.domain.load.intake import Cells
from data.domain.load.problems import Problems
from data.domain.load.progress import Silent
from data.domain.mapping.intake import MappedIntake
from data.domain.mapping.model import FileMapping, MappingError
from data.domain.mapping.parse import understand
from data.models import Import, ImportFile
from data.nouns import NOUNS

ROWS: Final = 10
LOOKED_AT: Final = 2 << 20
QUIETLY: Final = "SELECT set_config('timezone', %(zone)s, true), set_config('datestyle', 'ISO, YMD', true)"


@dataclass(frozen=True, slots=True)
class Preview:
    """Our columns, and of each of the first rows its cells with what is wrong with them (or nothing)."""

    noun: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[tuple[str, str]]] = field(default_factory=list)
    problem: str = ""


def preview(one: Import, at: datetime) -> dict[str, Preview]:
    """By noun. A mapping that can't be understood is one problem, told at what it is about (or under '')."""
    files = {file.name: file for file in one.files.filter(kind=ImportFile.Kind.TABLE)}
    try:
        mapping = understand(draft.to_mapping(one.mapping, one.source, files))
        with TemporaryDirectory() as name, transaction.atomic():
            folder = Path(name)
            for file in files.values():
                _sample(file, folder)
            found = _previews(mapping, folder, at)
            transaction.set_rollback(True)
    except MappingError as error:
        return {"": Preview("", problem=f"{error}")}
    return found


def _sample(file: ImportFile, folder: Path) -> None:
    part = folder / f"{file.pk}.part"
    store.write_out(file, part, most=LOOKED_AT)
    whole = part.read_bytes()
    if len(whole) < file.size and b"\n" in whole and file.encoding != "utf-16":
        part.write_bytes(whole[: whole.rindex(b"\n") + 1])
    sniff.normalise(part, folder / file.name, file.encoding, file.separator)


def _previews(mapping: FileMapping, folder: Path, at: datetime) -> dict[str, Preview]:
    execute(QUIETLY, {"zone": clock.zone().key})
    problems, intake = Problems(), MappedIntake(mapping, folder)
    return {noun.name: _preview(noun, intake, problems, at) for noun in NOUNS if noun.name in intake.tables}


def _preview(noun: Noun, intake: MappedIntake, problems: Problems, at: datetime) -> Preview:
    cells = intake(noun, problems, Silent())
    if cells is None:
        return Preview(noun.name, problem=_("The file can't be read: choose another encoding or separator."))
    check_cells(noun, _batch(noun, cells, at), frozenset(one.external for one in NOUNS if one.external))
    table = intake.tables[noun.name]
    own = [one.name for one in noun.columns if one.name in cells.given]
    named = {one: one for one in own} | {f"extra_{n}": header for n, header in enumerate(table.attributes)}
    listed = ", ".join(map(quoted, named))
    rows = fetch(f"SELECT line, {listed} FROM {cells.staged.table} ORDER BY line LIMIT {ROWS}")
    wrong = _wrong(noun, [row[0] for row in rows])
    told = [
        [(cell or "", wrong.get((row[0], key), "")) for key, cell in zip(named, row[1:], strict=True)] for row in rows
    ]
    missing = [one.name for one in noun.columns if one.required and one.name not in cells.given]
    problem = _("Still missing: %(columns)s.") % {"columns": ", ".join(missing)} if missing else ""
    return Preview(noun.name, list(named.values()), told, problem)


def _batch(noun: Noun, cells: Cells, at: datetime) -> Batch:
    return Batch(
        noun=noun.name,
        source=0,
        history=True,
        today=clock.today(at),
        at=at,
        cells=cells.staged.table,
        rows=f"load_{noun.name}_rows",
        given=cells.given,
        extra=cells.extra,
        natures=cells.natures,
    )


def _wrong(noun: Noun, lines: list[int]) -> Mapping[tuple[int, str], str]:
    found: list[tuple[Any, ...]] = fetch(
        "SELECT line, field, message FROM load_problem WHERE noun = %(noun)s AND line = ANY(%(lines)s)",
        {"noun": noun.name, "lines": lines},
    )
    return {(line, name): message for line, name, message in found}
