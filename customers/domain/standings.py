"""The one writer of standings: a frame in, one COPY and one statement, whatever the number of customers."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection, transaction

from customers.models import Band, Standing
from customers.registry import MEASURES, Frame, Type

# What a column holds, where a measure is missing but the column can't be empty.
DEFAULTS: dict[str, str] = {
    "mrr": "0",
    "mrr_at_risk": "0",
    "open_work_items": "0",
    "band": Band.UNKNOWN.value,
}
COLUMNS = tuple(field.name for field in Standing._meta.fields if field.name not in {"customer", "as_of", "values"})
# To how many decimals numbers are kept. Rules on frames round alike, so that a list and a report agree.
DECIMALS = {"score": 2, "score_change_30": 2, "coverage": 4, "churn_chance": 5}
DECIMALS_ELSE = 6
ROWS = 20_000
YES_NO = {1.0: "true", 0.0: "false"}
NOTHING = "FROM customers_standing WITH NO DATA"


def kept(key: str, column: np.ndarray) -> np.ndarray:
    """A frame's column as its standing keeps it: numbers rounded, infinite ones missing, all else as it is."""
    if column.dtype == object or column.dtype.kind == "M":
        return column
    rounded = np.round(column.astype(float), DECIMALS.get(key, DECIMALS_ELSE)) + 0.0  # never minus zero
    return np.where(np.isfinite(rounded), rounded, np.nan)


def ensure(*, customers: Iterable[int], as_of: date) -> None:
    """Give customers who have none a standing in which nothing is measured yet, so that lists show them at once."""
    made = [Standing(customer_id=customer, as_of=as_of) for customer in customers]
    Standing.objects.bulk_create(made, ignore_conflicts=True)


@transaction.atomic
def write(frame: Frame) -> int:
    """Keep a frame's measures as the latest of its customers. Returns how many standings are new or differ.

    Known keys go into their columns and every key into ``values``: dates as ISO text, yes/no as booleans, what is
    missing is absent. What the frame does not hold stays as it is. Raises ValueError for a column that is no measure's.
    """
    if not len(frame):
        return 0
    names = [key for key in frame.columns if key in COLUMNS]
    with connection.cursor() as cursor:
        columns = ", ".join(["customer_id", *names, "values"])
        cursor.execute(f"CREATE TEMPORARY TABLE standing_new ON COMMIT DROP AS SELECT {columns} {NOTHING}")
        with cursor.copy("COPY standing_new FROM STDIN") as copy:
            for block in _lines(frame, names):
                copy.write(block)
        cursor.execute(_upsert(names), {"as_of": frame.at.day, "keys": list(frame.columns)})
        written = cursor.rowcount
        cursor.execute("DROP TABLE standing_new")
    return written


def _lines(frame: Frame, names: Sequence[str]) -> Iterator[str]:
    """Lines for COPY, many at once: customer, what goes into columns, and all as JSON.

    Written here, a different value at a time, since the database takes longer to make JSON of numbers than of text.
    """
    said = {key: _said(key, column) for key, column in frame.columns.items()}
    ids = np.array([f"{customer}" for customer in frame.ids.tolist()], dtype=object)
    columns = [ids, *(_column(name, said[name]) for name in names)]
    pairs = [one.texts(f',"{key}":{{}}'.format, "") for key, one in said.items()]
    for start in range(0, len(frame), ROWS):
        here = slice(start, start + ROWS)
        heads = map("\t".join, zip(*(column[here].tolist() for column in columns), strict=True))
        bodies = map("".join, zip(*(column[here].tolist() for column in pairs), strict=True))
        yield "".join([f"{head}\t{{{body[1:]}}}\n" for head, body in zip(heads, bodies, strict=True)])


@dataclass(frozen=True, slots=True)
class _Said:
    """A column of a frame as JSON: its different values, None where missing, and where each stands."""

    values: Sequence[str | None]
    place: np.ndarray

    def texts(self, write: Callable[[str], str], missing: str) -> np.ndarray:
        different = np.array([missing if one is None else write(one) for one in self.values], dtype=object)
        return different[self.place]


def _said(key: str, column: np.ndarray) -> _Said:
    if not key.isidentifier():
        raise ValueError(f"{key} is not the key of a measure")
    if column.dtype == object:
        place = {word: number for number, word in enumerate(dict.fromkeys(column))}
        return _Said([_json(word) for word in place], np.array([place[word] for word in column]))
    values, places = np.unique(kept(key, column), return_inverse=True)
    if key in MEASURES and MEASURES[key].type == Type.YES_NO:
        return _Said([YES_NO.get(one) for one in values.tolist()], places)
    return _Said([_json(one) for one in values.tolist()], places)


def _json(value: Any) -> str | None:
    """None where it is missing."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    return json.dumps(value if isinstance(value, str) else f"{value}").replace("\\", "\\\\")


def _column(name: str, said: _Said) -> np.ndarray:
    return said.texts(lambda text: text.strip('"'), DEFAULTS.get(name, "\\N"))


def _upsert(names: Sequence[str]) -> str:
    """Over ``standing_new``, which lists customers in order, so that two writers never wait for each other."""
    own = ["as_of", *names, "values"]
    missing = [name for name in DEFAULTS if name not in names]
    values = ["%(as_of)s::date", *(f"n.{name}" for name in [*names, "values"])]
    new = [*(f"excluded.{name}" for name in own[:-1]), "(s.values - %(keys)s::text[]) || excluded.values"]
    return f"""
        INSERT INTO customers_standing AS s (customer_id, {", ".join([*own, *missing])})
        SELECT n.customer_id, {", ".join([*values, *(f"'{DEFAULTS[name]}'" for name in missing)])}
        FROM standing_new n
        ON CONFLICT (customer_id) DO UPDATE SET {", ".join(map("{} = {}".format, own, new))}
        WHERE ({", ".join(f"s.{name}" for name in own)}) IS DISTINCT FROM ({", ".join(new)})
    """
