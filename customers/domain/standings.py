"""The one writer of standings: a frame in, one COPY and one statement, whatever the number of customers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

import numpy as np
from django.db import connection, models, transaction

from customers.models import Band, Standing
from customers.models.measured import places
from customers.registry import MEASURES, Frame
from customers.registry.sending import END, SIGNATURE

# What a column holds, where a measure is missing but the column can't be empty.
DEFAULTS: dict[str, str] = {
    "mrr": "0",
    "mrr_at_risk": "0",
    "open_work_items": "0",
    "band": Band.UNKNOWN.value,
}
FIELDS = {field.name: field for field in Standing._meta.fields if field.name not in {"customer", "as_of", "measured"}}
COLUMNS = tuple(FIELDS)
# To how many decimals numbers are kept. Rules on frames round alike, so that a list and a report agree.
DECIMALS = {"score": 2, "score_change_30": 2, "coverage": 4, "churn_chance": 5}
DECIMALS_ELSE = 6
MISSING = -(2**63)  # among numbers of a column, which are sent as millionths
MILLION = 10**6
FLOAT8 = 701  # the oid of double precision


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

    Known keys go into their columns and every key into ``measured``; what is missing is absent. What the frame does not
    hold stays as it is. Raises ValueError for a column that is no measure, or a word that is no choice.
    """
    if not len(frame):
        return 0
    if wrong := [key for key in frame.columns if not key.isidentifier()]:
        raise ValueError(f"{wrong[0]} is not the key of a measure")
    names = [key for key in frame.columns if key in COLUMNS]
    known = places(frame.columns)
    with connection.cursor() as cursor:
        columns = "".join(f", {name} bigint" for name in names)
        cursor.execute(
            f"CREATE TEMP TABLE standing_new (customer_id bigint{columns}, measured float8[]) ON COMMIT DROP"
        )
        with cursor.copy("COPY standing_new FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(SIGNATURE + _rows(frame, names, known).tobytes() + END)
        cursor.execute(_upsert(names, known, set(frame.columns)), {"as_of": frame.at.day})
        written = cursor.rowcount
        cursor.execute("DROP TABLE standing_new")
    return written


def _rows(frame: Frame, names: Sequence[str], known: Mapping[str, int]) -> np.ndarray:
    """The rows as a binary COPY has them: no object for any value, since there are millions of them."""
    numbers = {key: _numbers(key, column) for key, column in frame.columns.items()}
    width = max(known.values())
    values = [("size", ">i4"), ("value", ">f8")]
    array = [("dimensions", ">i4"), ("nulls", ">i4"), ("type", ">i4"), ("length", ">i4"), ("first", ">i4")]
    columns = [
        (f"{part}{n}", kind) for n in range(1 + len(names)) for part, kind in (("size", ">i4"), ("value", ">i8"))
    ]
    rows = np.zeros(len(frame), [("fields", ">i2"), *columns, ("size", ">i4"), *array, ("values", values, (width,))])
    rows["fields"] = 2 + len(names)
    for n, column in enumerate([frame.ids, *(_whole(name, numbers[name]) for name in names)]):
        rows[f"size{n}"], rows[f"value{n}"] = 8, column
    rows["size"] = 20 + 12 * width
    rows["dimensions"], rows["type"], rows["length"], rows["first"] = 1, FLOAT8, width, 1
    rows["values"]["size"], rows["values"]["value"] = 8, np.nan
    for key, column in numbers.items():
        rows["values"]["value"][:, known[key] - 1] = column
    return rows


def _numbers(key: str, column: np.ndarray) -> np.ndarray:
    """A column as numbers, NaN for what is missing: dates as days since 1970, of choices the number."""
    if column.dtype.kind == "M":
        return np.where(np.isnat(column), np.nan, column.astype("datetime64[D]").astype(np.int64))
    if column.dtype != object:
        return kept(key, column)
    number = {value: float(n) for n, (value, _label) in enumerate(MEASURES[key].choices if key in MEASURES else ())}
    if other := set(column) - {None, *number}:
        raise ValueError(f"{other.pop()} is no choice of {key}")
    return np.array([np.nan if value is None else number[value] for value in column])


def _whole(name: str, column: np.ndarray) -> np.ndarray:
    times = MILLION if isinstance(FIELDS[name], models.DecimalField) else 1
    return np.where(np.isnan(column), MISSING, np.round(np.nan_to_num(column) * times)).astype(np.int64)


def _read(name: str) -> str:
    """A column of ``standing_new`` as its standing holds it."""
    value = f"NULLIF(n.{name}, {MISSING})"
    if isinstance(FIELDS[name], models.DecimalField):
        value = f"{value} * 0.000001"
    elif isinstance(FIELDS[name], models.DateField):
        value = f"date '1970-01-01' + ({value})::int"
    elif name == "band":
        words = ", ".join(f"'{value}'" for value, _label in MEASURES[name].choices)
        value = f"(ARRAY[{words}])[1 + {value}]"
    return f"COALESCE({value}, '{DEFAULTS[name]}')" if name in DEFAULTS else value


def _beside_others(given: set[int], width: int) -> str:
    """The new values at their places, what stands already at the others."""
    parts = []
    for new, group in groupby(range(1, 1 + width), given.__contains__):
        numbers = list(group)
        some = ", ".join(f"s.measured[{n}]" for n in numbers)
        # Of what is complete a stretch at once: a value by itself is found by a walk from the first.
        parts.append(f"excluded.measured[{numbers[0]}:{numbers[-1]}]" if new else f"ARRAY[{some}]")
    return " || ".join(parts)


def _upsert(names: Sequence[str], known: Mapping[str, int], given: set[str]) -> str:
    """Over ``standing_new``, which lists customers in order, so that two writers never wait for each other."""
    own = ["as_of", *names, "measured"]
    missing = [name for name in DEFAULTS if name not in names]
    values = ["%(as_of)s::date", *map(_read, names), "array_replace(n.measured, 'NaN'::float8, NULL)"]
    new = [
        *(f"excluded.{name}" for name in own[:-1]),
        _beside_others({known[key] for key in given}, max(known.values())),
    ]
    return f"""
        INSERT INTO customers_standing AS s (customer_id, {", ".join([*own, *missing])})
        SELECT n.customer_id, {", ".join([*values, *(f"'{DEFAULTS[name]}'" for name in missing)])}
        FROM standing_new n
        ON CONFLICT (customer_id) DO UPDATE SET {", ".join(map("{} = {}".format, own, new))}
        WHERE ({", ".join(f"s.{name}" for name in own)}) IS DISTINCT FROM ({", ".join(new)})
    """
