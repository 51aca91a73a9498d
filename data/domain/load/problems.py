"""What is wrong with the files: every problem is counted and its line known, a few are shown."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.db import connection

from core.loading.sql import execute, fetch
from data.domain.load.reading import Defect
from data.domain.load.staging import Staged, lines_of

SHOWN: Final = 1000

TABLE: Final = """
CREATE TEMP TABLE load_problem (
    noun text, line bigint, field text, rule text, message text, value text, detail text
) ON COMMIT DROP
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: where, and what the cell holds."""

    file: str
    line: int
    field: str
    rule: str
    message: str
    value: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Problems:
    """The problems of one load: of lines that are no rows here, of rows in the table ``load_problem``."""

    defects: dict[str, list[Defect]] = field(default_factory=dict)
    defect_count: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        execute("DROP TABLE IF EXISTS pg_temp.load_problem")
        execute(TABLE)

    def tell(self, noun: str, defect: Defect) -> None:
        self.defect_count[noun] += 1
        kept = self.defects.setdefault(noun, [])
        if len(kept) < SHOWN:
            kept.append(defect)

    def rows(self, noun: str) -> int:
        """How many rows of a noun have a problem."""
        ((count,),) = fetch("SELECT count(DISTINCT line) FROM load_problem WHERE noun = %(noun)s", {"noun": noun})
        return count + self.defect_count[noun]

    def reasons(self, noun: str) -> Counter[str]:
        """How many rows of a noun there are for each reason, by its words."""
        found = fetch(
            "SELECT field, message, count(*) FROM load_problem WHERE noun = %(noun)s GROUP BY 1, 2", {"noun": noun}
        )
        reasons = Counter({_said(field, _general(message)): count for field, message, count in found})
        for defect in self.defects.get(noun, []):
            reasons[_said(defect.field, defect.message)] += 1
        return reasons

    def count(self) -> int:
        ((count,),) = fetch("SELECT count(*) FROM load_problem")
        return count + self.defect_count.total()

    def shown(self, files: dict[str, str], staged: dict[str, Staged]) -> list[Problem]:
        """The first problems of each noun, in the order of ``files`` (noun → file) and their lines."""
        return [one for noun, file in files.items() for one in self._of(noun, file, staged.get(noun))][:SHOWN]

    def every(self, files: dict[str, str], staged: dict[str, Staged]) -> Iterator[Problem]:
        """All problems, in no memory to speak of: of rows as ``shown`` has them, then of lines that are no rows."""
        for noun, file in files.items():
            yield from self._every(noun, file, staged.get(noun))
            yield from (Problem(file, *defect) for defect in self.defects.get(noun, []))

    def _every(self, noun: str, file: str, staged: Staged | None) -> Iterator[Problem]:
        lines: dict[int, int] = {}
        if staged and not staged.exact:
            found = fetch("SELECT DISTINCT line FROM load_problem WHERE noun = %(noun)s", {"noun": noun})
            lines = lines_of(staged, {line for (line,) in found})
        with connection.chunked_cursor() as cursor:
            cursor.execute(
                "SELECT line, field, rule, message, value, detail FROM load_problem WHERE noun = %s"
                " ORDER BY line, field",
                [noun],
            )
            for line, field, rule, message, value, detail in cursor:
                yield Problem(file, lines.get(line, line), field, rule, _filled(message, detail), value or "")

    def _of(self, noun: str, file: str, staged: Staged | None) -> Iterable[Problem]:
        found = fetch(
            "SELECT line, field, rule, message, value, detail FROM load_problem WHERE noun = %(noun)s"
            f" ORDER BY line, field LIMIT {SHOWN}",
            {"noun": noun},
        )
        lines = lines_of(staged, {row[0] for row in found}) if staged else {}
        told = [
            Problem(file, lines.get(line, line), field, rule, _filled(message, detail), value or "")
            for line, field, rule, message, value, detail in found
        ]
        told += [Problem(file, *defect) for defect in self.defects.get(noun, [])]
        return sorted(told, key=lambda one: one.line)


def _filled(message: str, detail: str | None) -> str:
    return message % {"detail": detail} if detail is not None else message


def _general(message: str) -> str:
    return message.replace("%(detail)s", "…")


def _said(field: str, message: str) -> str:
    return f"{field}: {message}" if field else message
