"""Files of any size, a piece at a time. What can't be a row is told with its line; nothing is read whole."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _

PIECE = 1 << 20
LONGEST = 1 << 20
END_OF_COPY = re.compile(rb"(^|\n)\\\.\r?(\n|$)")

Progress = Callable[[int], None]


class Defect(NamedTuple):
    """Why a line, or with ``line`` 1 often the whole file, is no row."""

    line: int
    field: str
    rule: str
    message: str


class Row(NamedTuple):
    line: int
    cells: list[str]


class Unusual(Exception):
    """The file needs to be read row by row: something in it may not be a row."""


@dataclass(frozen=True, slots=True)
class Header:
    names: list[str]
    bytes: int


def header(path: Path) -> Header | Defect:
    """The names of the columns, and where the rows begin."""
    with path.open("rb") as file:
        first = file.readline(LONGEST + 1)
    if not first.strip():
        return Defect(1, "", "empty", _("The file is empty: it needs a line with the names of its columns."))
    if len(first) > LONGEST:
        return _too_long(1)
    try:
        (names,) = csv.reader([first.decode("utf-8-sig")])
    except UnicodeDecodeError:
        return _not_utf8(1)
    except (csv.Error, ValueError):
        return Defect(1, "", "header", _("The names of the columns can't be read."))
    return Header([name.strip() for name in names], len(first))


def pieces(path: Path, start: int, progress: Progress) -> Iterator[bytes]:
    """The rows as they stand, for COPY. Raises Unusual as soon as a line or a quoted cell grows too long for one."""
    since_newline = since_quote = 0
    quoted = False
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(PIECE):
            first = piece.find(b"\n")
            if since_newline + (first if first >= 0 else len(piece)) > LONGEST:
                raise Unusual
            since_newline = len(piece) - 1 - piece.rfind(b"\n") if first >= 0 else since_newline + len(piece)
            quotes = piece.count(b'"')
            quoted ^= bool(quotes & 1)
            since_quote = 0 if quotes else since_quote + len(piece)
            if (quoted and since_quote > LONGEST) or (b"\\." in piece and END_OF_COPY.search(piece)):
                raise Unusual
            progress(len(piece))
            yield piece


def rows(path: Path, columns: int, progress: Progress = lambda size: None) -> Iterator[Row | Defect]:
    """The rows one by one, and instead of what is none, why. Slower than COPY, and stopped by nothing."""
    csv.field_size_limit(LONGEST)
    with path.open("rb") as file:
        lines = _Lines(file, progress)
        next(lines, None)
        reader = csv.reader(lines, strict=True)
        while True:
            lines.first = 0
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error:
                yield from lines.taken()
                yield Defect(
                    lines.first, "", "quotes", _("A quotation mark is opened here and not closed as it should.")
                )
                continue
            yield from lines.taken()
            if cells:
                yield Row(lines.first, cells) if len(cells) == columns else _ragged(lines.first, len(cells), columns)
        yield from lines.taken()


class _Lines:
    """The decoded lines of a file, without those that can't be lines of text: these wait in ``taken``."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._defects: list[Defect] = []
        self._number = 0
        self.first = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        while raw := self._file.readline(LONGEST + 1):
            self._number += 1
            self._progress(len(raw))
            if len(raw) > LONGEST:
                self._skip(raw)
                self._defects.append(_too_long(self._number))
            elif (line := self._decoded(raw)) is not None:
                self.first = self.first or self._number
                return line
        raise StopIteration

    def taken(self) -> list[Defect]:
        defects, self._defects = self._defects, []
        return defects

    def _decoded(self, raw: bytes) -> str | None:
        try:
            line = raw.decode("utf-8-sig" if self._number == 1 else "utf-8")
        except UnicodeDecodeError:
            self._defects.append(_not_utf8(self._number))
            return None
        if "\0" in line:
            self._defects.append(Defect(self._number, "", "nul", _("Holds a NUL byte.")))
            return None
        return line

    def _skip(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self._file.readline(LONGEST)
            self._progress(len(raw))


def _not_utf8(line: int) -> Defect:
    return Defect(line, "", "encoding", _("Is not UTF-8. Save the file as UTF-8 and load it again."))


def _too_long(line: int) -> Defect:
    return Defect(line, "", "too_long", _("Is longer than %(size)s MB.") % {"size": LONGEST >> 20})


def _ragged(line: int, cells: int, columns: int) -> Defect:
    told = {"cells": cells, "columns": columns}
    return Defect(line, "", "ragged", _("Has %(cells)s cells, the header has %(columns)s.") % told)
