"""How a file of text is written: its encoding and separator, and what its columns hold."""

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from data.domain.imports import kinds
from data.domain.load.reading import LONGEST

ENCODINGS: Final = (
    "utf-8",
    "cp1252",
    "cp1250",
    "cp1251",
    "koi8-u",
    "gb18030",
    "big5",
    "shift_jis",
    "utf-16",
    "mac_roman",
)
SEPARATORS: Final = (",", ";", "\t", "|")
LOOKED_AT: Final = 50_000
FIRST_ROWS: Final = 12
DIFFERENT: Final = 60
COUNTED: Final = 2_000
SHOWN: Final = 80
PIECE: Final = 1 << 20


def encoding_of(path: Path) -> str:
    """UTF-8 where all of it is; UTF-16 where it begins so; else the one of Western Windows, to be corrected."""
    with path.open("rb") as file:
        first = file.read(4)
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece := file.read(PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def separator_of(path: Path, encoding: str) -> str:
    """The one that cuts the header into most columns."""
    with path.open("rb") as file:
        text = file.read(1 << 16).decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=lambda one: (len(_cut(first, one)), -SEPARATORS.index(one)))


def _cut(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line[:LONGEST]], delimiter=separator), [])
    except csv.Error:
        return []


def rows(path: Path, encoding: str, separator: str) -> Iterator[list[str]]:
    """The rows as they are, header first; what is far too long is cut, and found by the check."""
    csv.field_size_limit(LONGEST * 2)
    yield from csv.reader(_lines(path, encoding), delimiter=separator)


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(
        "r", encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="replace", newline=""
    ) as file:
        while line := file.readline(LONGEST + 1):
            if len(line) > LONGEST:
                while line and not line.endswith("\n"):
                    line = file.readline(LONGEST)
                # Longer than any line may be: the check tells it, by its number.
                yield "x" * (LONGEST + 1) + "\n"
            else:
                yield line.replace("\0", "")


def profile(path: Path, encoding: str, separator: str) -> dict[str, Any]:
    """Header, first rows, and of each column how it is filled and what stands in it, from the first rows."""
    read = _careful(rows(path, encoding, separator))
    headers = [name.strip()[:200] for name in next(read, [])]
    first: list[list[str]] = []
    seen: list[dict[str, int]] = [{} for _ in headers]
    count = 0
    for row in islice(read, LOOKED_AT):
        count += 1
        if len(first) < FIRST_ROWS:
            first.append([cell[:SHOWN] for cell in row])
        for values, cell in zip(seen, row, strict=False):
            shown = cell.strip()[:SHOWN]
            if shown and (shown in values or len(values) < COUNTED):
                values[shown] = values.get(shown, 0) + 1
    more = next(read, None) is not None
    columns = [_column(values, count) for values in seen]
    return {"headers": headers, "first": first, "rows": count, "more": more, "columns": columns}


def _careful(read: Iterator[list[str]]) -> Iterator[list[str]]:
    while True:
        try:
            yield next(read)
        except StopIteration:
            return
        except csv.Error:
            continue


def _column(values: dict[str, int], rows: int) -> dict[str, Any]:
    different = sorted(values, key=lambda one: (-values[one], one))
    return {
        "filled": sum(values.values()) / rows if rows else 0,
        "different": len(values),
        "values": different[:DIFFERENT],
        "kind": kinds.kind_of(different[:500]),
        "format": kinds.format_of(different[:500]),
        "decimal": kinds.decimal_of(different[:500]),
    }


UNPRINTED: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def normalise(path: Path, target: Path, encoding: str, separator: str) -> None:
    """Write a file as all ours are written: UTF-8, commas. Line by line it stays what it was."""
    if encoding == "utf-8" and separator == ",":
        path.rename(target)
        return
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for row in _careful(rows(path, encoding, separator)):
            writer.writerow(row)
