from collections.abc import Callable
from dataclasses import dataclass

from core.loading.batch import Batch, Withdrawal, Written
from core.loading.columns import Column, Message


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule over one row's values: ``broken`` is SQL over the columns of the noun."""

    field: str
    rule: str
    broken: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a load changes of rows that were there, and how an undo gives it back.

    ``made`` is SQL, while the batch's tables are there, of (id, was, became): objects in JSON with the same fields;
    ``was`` is NULL where there was nothing in its place. ``now`` is SQL of (id, now, called) for the ids in the table
    IDS: the same fields as they are now, and what a person calls the row. Fields that are no longer what the load made
    of them stay; with ``whole``, so does all that is called the same. ``put_back`` writes the values before.
    """

    made: str
    now: str
    put_back: Callable[[Withdrawal], None]
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Rows that add up and have no ids: SQL, while the batch's tables are there, of what a load added to them.

    ``days`` gives (customer_id, feature_id, day, known_on, events, users, errors); ``persons`` (customer_id, feature_id
    or NULL for all, person, month, known_on, days); ``beside`` the ids of rows that came along, by table.
    ``take_back`` takes them away again: from views with these columns, named after what they hold.
    """

    days: Callable[[Batch], str]
    persons: Callable[[Batch], str]
    beside: tuple[tuple[str, str], ...]
    take_back: Callable[[Withdrawal], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """One file of the folder: how its rows are checked, named and written.

    ``identity`` is SQL over the values of a row for the name that the source gives it (a column, or a digest where
    rows have no id); ``external`` the noun it is kept under, ``table`` what our ids are of. ``once`` are columns that
    may stand together on one line only. A noun that builds its own values from the cells sets ``builds``.
    ``take_back`` withdraws what a load brought: the rows that were fresh, or those of the SQL ``brought``; of some
    nouns it ``leaves`` a part. ``put_back`` gives back what it changed of rows that were there: see ``Changes``.
    ``added`` and ``beside`` are for usage: see ``Added``.
    """

    name: str
    columns: tuple[Column, ...]
    write: Callable[[Batch], Written]
    identity: str = ""
    external: str = ""
    table: str = ""
    once: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    check: Callable[[Batch], None] | None = None
    open: bool = False
    builds: bool = False
    take_back: Callable[[Withdrawal], None] | None = None
    brought: str = ""
    leaves: bool = False
    changes: Changes | None = None
    added: Added | None = None

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def column(self, name: str) -> Column | None:
        return next((one for one in self.columns if one.name == name), None)


def as_object(row: str, *columns: str) -> str:
    """SQL of an object in JSON of columns of a row."""
    pairs = ", ".join(f"'{one}', {row}.{one}" for one in columns)
    return f"jsonb_build_object({pairs})"


def called(noun: str, row: str) -> str:
    """SQL of the name that a source gives the row with our id ``row``."""
    return f"(SELECT min(x.value) FROM core_externalid x WHERE x.noun = '{noun}' AND x.object_id = {row})"


def digest(*columns: str) -> str:
    """SQL for the name of a row without an id: the same values give the same name."""
    parts = ", ".join(f"COALESCE({column}::text, '')" for column in columns)
    return f"encode(sha256(convert_to(jsonb_build_array({parts})::text, 'UTF8')), 'hex')"


def known_otherwise(noun: str, table: str, *pairs: tuple[str, str]) -> str:
    """SQL: the row of the source's id ``noun``_id is there already, but differs in one of (its column, ours)."""
    differs = " OR ".join(f"k.{column} IS DISTINCT FROM r.{ours}" for column, ours in pairs)
    return (
        f"EXISTS (SELECT FROM core_externalid x JOIN {table} k ON k.id = x.object_id"
        f" WHERE x.source_id = %(source)s AND x.noun = '{noun}' AND x.value = r.{noun}_id AND ({differs}))"
    )
