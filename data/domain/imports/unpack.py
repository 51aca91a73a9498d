"""What was sent as tables: archives are opened, sheets of a workbook become files. Nothing grows without an end."""

import csv
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _

from data.domain.imports.allowance import MOST_FILES, Allowance
from data.domain.imports.store import PIECE, CannotRead, safe

MOST_COLUMNS: Final = 500
TABLES: Final = (".csv", ".tsv", ".tab", ".txt")
BOOKS: Final = (".xlsx", ".xlsm")


def tables(path: Path, name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Each table in a file that was sent: its name, and where it lies. Raises CannotRead."""
    if zipfile.is_zipfile(path):
        yield from _of_archive(path, name, folder)
    elif name.lower().endswith((*BOOKS, ".xls", ".ods", ".zip")):
        raise CannotRead(_("%(file)s can't be opened. Save it as .xlsx or .csv and send it again.") % {"file": name})
    else:
        yield name, path


def _of_archive(path: Path, name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    try:
        with zipfile.ZipFile(path) as archive:
            if "xl/workbook.xml" in archive.namelist():
                yield from _of_book(path, name, folder, Allowance(name))
            else:
                yield from _members(archive, name, folder)
    except (zipfile.BadZipFile, RuntimeError) as error:  # RuntimeError: locked, or packed in a way that is not known
        raise CannotRead(_("%(file)s can't be opened: %(why)s") % {"file": name, "why": f"{error}"}) from error


def _members(archive: zipfile.ZipFile, name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    inside = [one for one in archive.infolist() if _is_ours(one)]
    if not inside:
        raise CannotRead(_("%(file)s holds no CSV file and no workbook.") % {"file": name})
    allowed = Allowance(name)
    allowed.unpacks(inside)
    for number, member in enumerate(inside):
        target = folder / f"{path_stem(name)}-{number}"
        _extract(archive, member, target)
        if member.filename.lower().endswith(BOOKS):
            yield from _of_book(target, safe(member.filename), folder, allowed)
        else:
            yield safe(member.filename), target


def _is_ours(member: zipfile.ZipInfo) -> bool:
    hidden = member.filename.startswith("__MACOSX") or safe(member.filename) != member.filename.split("/")[-1]
    return not (member.is_dir() or hidden) and member.filename.lower().endswith((*TABLES, *BOOKS))


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    with archive.open(member) as file, target.open("wb") as out:
        while piece := file.read(PIECE):
            out.write(piece)


def _of_book(path: Path, name: str, folder: Path, allowed: Allowance) -> Iterator[tuple[str, Path]]:
    with zipfile.ZipFile(path) as packed:
        allowed.opens(packed, name)
    # As a file: by its path, the library would look at the ending of the name.
    with path.open("rb") as file, closing(_opened(file, name)) as book:
        many = len(book.sheetnames) > 1
        for number, sheet in enumerate(book.worksheets[:MOST_FILES]):
            target = folder / f"{path_stem(name)}-sheet-{number}.csv"
            if _write_sheet(sheet, target, allowed):
                yield safe(f"{path_stem(name)} {sheet.title}.csv" if many else f"{path_stem(name)}.csv"), target


def _opened(file: BinaryIO, name: str) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(file, read_only=True, data_only=True)
    except Exception as error:  # whatever a broken workbook makes the library raise
        raise CannotRead(
            _("%(file)s can't be opened as a workbook: save it again, or as .csv.") % {"file": name}
        ) from error


def _write_sheet(sheet: Any, target: Path, allowed: Allowance) -> int:
    """How many rows it has. Rows without a cell are left out; the first one that has some is the header."""
    sheet.reset_dimensions()
    count, width = 0, 0
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        # Not by max_col: that fills up every row of an empty sheet, which a kilobyte can say has a million.
        for row in sheet.iter_rows(values_only=True):
            allowed.row()
            cells = [_cell(one) for one in row[:MOST_COLUMNS]]
            while cells and not cells[-1] and (not width or len(cells) > width):
                cells.pop()
            if not any(cells):
                continue
            width = width or len(cells)
            writer.writerow([*cells, *[""] * (width - len(cells))])
            count += 1
    return count


def _cell(value: Any) -> str:
    """As it would stand in one of our files."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    return str(value).replace("\0", "")


def path_stem(name: str) -> str:
    return Path(safe(name)).stem
