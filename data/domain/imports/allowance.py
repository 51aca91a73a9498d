"""How much one file that was sent may grow to while it is unpacked, and how long that may take.

A small archive can say that it holds any amount. What is declared is refused before a byte of it is unpacked, and no
more than is declared ever comes out of it.
"""

import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from data.domain.imports.store import CannotRead, safe

MOST_UNPACKED: Final = 2 << 30
MOST_OF_BOOKS: Final = 100 << 20  # three million cells, which take half a minute to read
MOST_BESIDE_SHEETS: Final = 32 << 20  # texts and styles of a workbook are held in memory as a whole
MOST_TIMES: Final = 150  # tables pack to a fifth up to a fiftieth
SMALL: Final = 10 << 20  # below that, how tightly it is packed says nothing
MOST_FILES: Final = 40
MOST_ROWS: Final = 1 << 20
MOST_SECONDS: Final = 120
PICTURES: Final = "xl/media/"
SHEETS: Final = "xl/worksheets/"


@dataclass
class Allowance:
    """What is left of it for one file that was sent. Each method raises CannotRead, naming the file and the rule."""

    name: str
    bytes: int = field(default_factory=lambda: MOST_UNPACKED)
    of_books: int = field(default_factory=lambda: MOST_OF_BOOKS)
    rows: int = field(default_factory=lambda: MOST_ROWS)
    until: float = 0

    def unpacks(self, members: Sequence[zipfile.ZipInfo]) -> None:
        """These files of an archive are about to be unpacked."""
        if len(members) > MOST_FILES:
            raise CannotRead(_("%(file)s holds more than %(most)s files.") % {"file": self.name, "most": MOST_FILES})
        for one in members:
            _is_packed_as_tables_are(one, safe(one.filename))
            self.bytes -= one.file_size
        if self.bytes < 0:
            raise _too_large(self.name, MOST_UNPACKED)

    def opens(self, book: zipfile.ZipFile, name: str) -> None:
        """This workbook is about to be read: its sheets row by row, its texts at once, in the time that it has."""
        self.name, self.until = name, time.monotonic() + MOST_SECONDS
        inside = book.infolist()
        for one in inside:
            _is_packed_as_tables_are(one, name)
        self.of_books -= sum(one.file_size for one in inside)
        if self.of_books < 0:
            raise _too_large(name, MOST_OF_BOOKS)
        if sum(one.file_size for one in inside if not one.filename.startswith((SHEETS, PICTURES))) > MOST_BESIDE_SHEETS:
            raise _too_large(name, MOST_BESIDE_SHEETS)

    def row(self) -> None:
        """One more row of the workbook was read."""
        self.rows -= 1
        if self.rows < 0:
            words = _("%(file)s has more than %(most)s rows. Send it as .csv.")
            raise CannotRead(words % {"file": self.name, "most": MOST_ROWS})
        if self.rows % 1000 == 0 and time.monotonic() > self.until:
            words = _("%(file)s takes longer than %(most)s seconds to read. Send it as .csv.")
            raise CannotRead(words % {"file": self.name, "most": MOST_SECONDS})


def _is_packed_as_tables_are(member: zipfile.ZipInfo, name: str) -> None:
    if member.file_size > max(SMALL, MOST_TIMES * member.compress_size):
        words = _("%(file)s unpacks to more than %(most)s times its size, which no table does.")
        raise CannotRead(words % {"file": name, "most": MOST_TIMES})


def _too_large(name: str, most: int) -> CannotRead:
    words = _("%(file)s is larger than %(most)s MB when unpacked. Send it as .csv, in parts.")
    return CannotRead(words % {"file": name, "most": most >> 20})
