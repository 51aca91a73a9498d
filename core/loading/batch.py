from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.faults import Fault
from core.loading import sql
from core.loading.columns import Message


@dataclass(slots=True)
class Written:
    """What became of the rows of one file. ``notes`` are sentences for the person who loads."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What a load brought, and what is to count no more. ``ids`` is a temporary table: of what was new, of our ids
    (``id``); of what it changed, of ids with the values ``before`` that are to come back (an object in JSON, empty
    where nothing was in its place); of usage, of the rows that were added.

    Of a load of history, each withdrawal is known when what it withdraws was known: it was never so. Else, today.
    """

    ids: str
    history: bool
    today: date
    loaded_on: date
    at: datetime
    by: int | None

    def known(self, column: str) -> str:
        """SQL of when the withdrawal of a row is known that was known on the SQL ``column``.

        What is still to become known is withdrawn on that day: it would win there.
        """
        return column if self.history else f"GREATEST({column}, %(today)s::date)"

    @property
    def params(self) -> dict[str, Any]:
        return {"today": self.today, "now": self.at, "by": self.by, "loaded_on": self.loaded_on}

    def execute(self, statement: str) -> int:
        return sql.execute(statement, self.params)

    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        return sql.fetch(statement, self.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The rows of one noun from one source, and when they are known.

    ``cells`` is a temporary table of texts (``line`` and the columns of the file); ``rows`` one of values: ``line``,
    every column of the noun, our id of what a column refers to under its name without ``_id``, and, where a source
    names the rows, our ``id`` and whether it is ``fresh``. ``extra`` maps the headers of columns that are not the
    noun's own to their names in both tables. ``load_cell`` has each different ``cell`` of a ``column`` whose cells
    repeat; ``troubled`` are the nouns before that have problems.
    """

    noun: str
    source: int
    history: bool
    today: date
    at: datetime
    cells: str
    rows: str
    given: frozenset[str]
    troubled: frozenset[str] = frozenset()
    extra: Mapping[str, str] = field(default_factory=dict)
    natures: Mapping[str, str] = field(default_factory=dict)

    @property
    def params(self) -> dict[str, Any]:
        return {"source": self.source, "today": self.today, "now": self.at}

    def known(self, day: str) -> str:
        """SQL of when a fact became known, whose own date is the SQL ``day``: then, in a load of history; else today.

        A day that is still to come is known when it comes.
        """
        return day if self.history else "%(today)s::date"

    def execute(self, statement: str, **params: Any) -> int:
        return sql.execute(statement, self.params | params)

    def fetch(self, statement: str, **params: Any) -> list[tuple[Any, ...]]:
        return sql.fetch(statement, self.params | params)

    def refuse(self, *, field: str, rule: str, message: Message, lines: str, **params: Any) -> int:
        """Refuse the rows that the statement ``lines`` names as (line, value, detail). Returns how many.

        ``%(detail)s`` in the message is filled in with each row's own.
        """
        told = {"noun_": self.noun, "field_": field, "rule_": rule, "message_": f"{message}"}
        return self.execute(
            "INSERT INTO load_problem (noun, line, field, rule, message, value, detail)"
            " SELECT %(noun_)s, p.line, %(field_)s, %(rule_)s, %(message_)s, left(p.value, 80), p.detail"
            f" FROM ({lines}) p (line, value, detail)",
            **told,
            **params,
        )

    def refuse_faults(self, faults: Iterable[Fault]) -> None:
        """Refuse rows for what a domain call found; its rows are our lines."""
        alike: dict[tuple[str, str, str], list[int]] = {}
        for one in faults:
            alike.setdefault((one.field, one.rule, f"{one.message}"), []).append(one.row)
        for (name, rule, message), lines in alike.items():
            value = f"c.{sql.quoted(name)}" if name in self.given else "NULL"
            found = f"SELECT c.line, {value}, NULL FROM {self.cells} c WHERE c.line = ANY(%(lines_)s)"
            self.refuse(field=name, rule=rule, message=message, lines=found, lines_=lines)
