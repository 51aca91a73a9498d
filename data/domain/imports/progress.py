"""How far an import is, told beside its transaction: what is written in there is not seen until the end."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

from django.db import DatabaseError, connection

from data.domain.imports.words import NOUNS
from data.models import Import

EVERY: Final = 0.4


class Told:
    """Writes to the import's row over a connection of its own, a few times a second. Losing it harms nothing."""

    def __init__(self, one: Import, *, total: int) -> None:
        self._pk, self._total, self._done = one.pk, total, 0
        self._file, self._what, self._last = "", "", 0.0
        self._own = connection.copy()

    def __enter__(self) -> "Told":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.done()

    def file(self, name: str, size: int) -> None:
        self._file, self._what = name, ""
        self._tell(at_once=True)

    def read(self, size: int) -> None:
        self._done += size
        self._tell()

    def step(self, name: str, what: str) -> None:
        self._file, self._what = name, f"{what}"
        self._tell(at_once=True)

    def at(self, noun: str, order: Sequence[str]) -> None:
        """An undo has come to this noun, of those in this order; of others nothing is told."""
        if noun in order:
            self._done, self._file = order.index(noun), str(NOUNS[noun])
            self._tell(at_once=True)

    def done(self) -> None:
        with suppress(DatabaseError):
            self._own.close()

    def _tell(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if not at_once and now - self._last < EVERY:
            return
        self._last = now
        told: dict[str, Any] = {"file": self._file, "what": self._what, "share": self._share()}
        with suppress(DatabaseError), self._own.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
            cursor.execute(
                f"UPDATE {Import._meta.db_table} SET progress = %s WHERE id = %s", [json.dumps(told), self._pk]
            )

    def _share(self) -> float:
        return min(1.0, self._done / self._total) if self._total else 0.0
