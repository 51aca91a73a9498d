"""The one writer of standings: a frame in, one COPY and one statement, whatever the number of customers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection, transaction

from customers.domain.copying import binary_rows, copy_type
from customers.models import Band, Standing
from customers.registry import MEASURES, Frame, Type

# What a column holds, where a measure is missing but the column can't be empty.
DEFAULTS: dict[str, str] = {
    "mrr": "0",
    "mrr_at_risk": "0",
    "open_work_items": "0",
    "band": f"'{Band.UNKNOWN}'",
}
COLUMNS = tuple(field.name for field in Standing._meta.fields if field.name not in {"customer", "as_of", "values"})
# To how many decimals numbers are kept. Rules on frames round alike, so that a list and a report agree.
DECIMALS = {"score": 2, "score_change_30": 2, "coverage": 4, "churn_chance": 5}
DECIMALS_ELSE = 6


@dataclass(frozen=True, slots=True)
class _Part:
    """One measure on its way: the column it travels in, and how it reads as SQL there (NULL where missing)."""

    key: str
    place: str
    column: np.ndarray
    value: str
    json: str


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
    parts, choices = _parts(frame)
    with connection.cursor() as cursor:
        _copy(cursor, frame.ids, parts)
        cursor.execute(_upsert(parts), {"as_of": frame.at.day, "keys": list(frame.columns), **choices})
        written = cursor.rowcount
        cursor.execute("DROP TABLE standing_new")
    return written


def _parts(frame: Frame) -> tuple[list[_Part], dict[str, Any]]:
    parts: list[_Part] = []
    choices: dict[str, Any] = {}
    for number, (key, column) in enumerate(frame.columns.items()):
        if not key.isidentifier():
            raise ValueError(f"{key} is not the key of a measure")
        place = f"c{number}"
        if column.dtype == object:
            codes, choices[place] = _coded(column)
            value = f"(%({place})s::text[])[n.{place}]"
            parts.append(_Part(key, place, codes, value, value))
        elif column.dtype.kind == "M":
            value = f"NULLIF(n.{place}, '-infinity')"
            parts.append(_Part(key, place, column, value, value))
        else:
            value = f"NULLIF(n.{place}, 'NaN')"
            json = f"{value} <> 0" if _is_yes_no(key) else value
            parts.append(_Part(key, place, kept(key, column), value, json))
    return parts, choices


def _is_yes_no(key: str) -> bool:
    return key in MEASURES and MEASURES[key].type == Type.YES_NO


def _coded(column: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """A column of words as numbers into the list of its words, from 1; 0 where it is missing."""
    words = sorted({value for value in column if value is not None})
    place = {word: number for number, word in enumerate(words, 1)}
    return np.array([place.get(value, 0) for value in column], dtype=np.int32), words


def _copy(cursor: Any, ids: np.ndarray, parts: Sequence[_Part]) -> None:
    columns = [ids, *(part.column for part in parts)]
    names = ["customer_id", *(part.place for part in parts)]
    typed = ", ".join(f"{name} {copy_type(column)}" for name, column in zip(names, columns, strict=True))
    cursor.execute(f"CREATE TEMPORARY TABLE standing_new ({typed}) ON COMMIT DROP")
    with cursor.copy("COPY standing_new FROM STDIN (FORMAT BINARY)") as copy:
        for chunk in binary_rows(columns):
            copy.write(chunk)


def _upsert(parts: Iterable[_Part]) -> str:
    in_columns = [part for part in parts if part.key in COLUMNS]
    names = ["as_of", *(part.key for part in in_columns), "values"]
    values = [
        "%(as_of)s::date",
        *(_of_column(part) for part in in_columns),
        f"jsonb_strip_nulls(jsonb_build_object({', '.join(_pair(part) for part in parts)}))",
    ]
    missing = [name for name in DEFAULTS if name not in names]
    merged = "(s.values - %(keys)s::text[]) || excluded.values"
    new = [*(f"excluded.{name}" for name in names[:-1]), merged]
    return f"""
        INSERT INTO customers_standing AS s (customer_id, {", ".join([*names, *missing])})
        SELECT n.customer_id, {", ".join([*values, *(DEFAULTS[name] for name in missing)])}
        FROM standing_new n ORDER BY n.customer_id
        ON CONFLICT (customer_id) DO UPDATE SET {", ".join(map("{} = {}".format, names, new))}
        WHERE ({", ".join(f"s.{name}" for name in names)}) IS DISTINCT FROM ({", ".join(new)})
    """


def _of_column(part: _Part) -> str:
    return f"COALESCE({part.value}, {DEFAULTS[part.key]})" if part.key in DEFAULTS else part.value


def _pair(part: _Part) -> str:
    return f"'{part.key}', {part.json}"
