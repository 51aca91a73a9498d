from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db import connection

from core.clock import AsOf
from customers.registry.fetching import each_in_one, ids_and_floats, integers
from customers.registry.measure import COMBINED, FAMILIES, MEASURES, Family, Type, made_of
from customers.registry.scope import Scope, Sql

Column = np.ndarray
FEW = 100  # customers whose measures are read by one statement
Values = tuple[np.ndarray, Sequence[Column]]  # the customers, and beside them a column for each measure


@dataclass(frozen=True, slots=True)
class Frame:
    """Customers × measures as of one day. ``ids`` is sorted; each column stands beside it.

    Numbers are float64 with NaN for missing, dates datetime64[D] with NaT, choices objects with None. Money is in
    the reporting currency, shares are 0..1, yes/no is 1.0/0.0.
    """

    at: AsOf
    ids: np.ndarray
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, key: str) -> Column:
        return self.columns[key]

    def measured(self, key: str) -> np.ndarray:
        """For which customers there is a value: a mask beside ``ids``."""
        column = self.columns[key]
        if column.dtype == object:
            return np.array([value is not None for value in column], dtype=bool)
        return ~np.isnat(column) if column.dtype.kind == "M" else ~np.isnan(column)

    def with_columns(self, columns: Mapping[str, Column]) -> "Frame":
        return replace(self, columns={**self.columns, **columns})

    def where(self, mask: np.ndarray) -> "Frame":
        return Frame(self.at, self.ids[mask], {key: column[mask] for key, column in self.columns.items()})


def gather(at: AsOf, keys: Iterable[str], customers: Sequence[int] | None = None) -> Frame:
    """The measures ``keys`` of the customers there were as of ``at`` (of ``customers`` among them, if given).

    One statement for few given customers, one per family of measures for many or all. An unknown key raises KeyError.
    """
    scope = Scope.of(at, customers)
    ids = customers_of(scope)
    wanted = list(dict.fromkeys(keys))
    read = made_of(wanted)
    columns: dict[str, Column] = {key: empty(MEASURES[key].type, len(ids)) for key in [*wanted, *read]}
    families = list({id(FAMILIES[key]): FAMILIES[key] for key in read}.values())
    for family, found in zip(families, _each(families, scope), strict=True):
        put(family, found, ids, columns)
    for one in [COMBINED[key] for key in wanted if key in COMBINED]:
        columns[one.measure.key] = one.value(*(columns.get(key, np.full(len(ids), np.nan)) for key in one.of))
    return Frame(at, ids, {key: columns[key] for key in wanted})


def empty(type: Type, size: int) -> Column:
    """A column of ``size`` missing values of one type."""
    if type == Type.DATE:
        return np.full(size, np.datetime64("NaT"), dtype="datetime64[D]")
    if type == Type.CHOICE:
        return np.full(size, None, dtype=object)
    return np.full(size, np.nan)


def customers_of(scope: Scope) -> np.ndarray:
    """The ids, sorted, of the customers there were as of then, each merged one under the one that it is."""
    # A table under the alias ``c`` that looks like a fact: the customer's first day, and when we knew of them.
    sql = scope.sql(
        """
        SELECT c.customer_id
        FROM (SELECT id AS customer_id, created_on AS day, known_on FROM customers_customer) c {canonical}
        WHERE {visible} AND {scope} AND {customer} = c.customer_id
        """,
        table="c",
    )
    ids, _none = ids_and_floats(sql, [])
    return np.sort(ids)


def fill(family: Family, scope: Scope, ids: np.ndarray, columns: dict[str, Column]) -> None:
    """Run one statement and put its values beside ``ids``, into those of ``columns`` that are asked for."""
    put(family, _read(family, scope), ids, columns)


def put(family: Family, found: Values, ids: np.ndarray, columns: dict[str, np.ndarray]) -> None:
    """Put the values of a family beside ``ids``, into those of ``columns`` that are asked for."""
    owners, values = found
    if not len(owners) or not len(ids):
        return
    place = np.minimum(np.searchsorted(ids, owners), len(ids) - 1)
    here = ids[place] == owners
    for one, column in zip(family.measures, values, strict=True):
        if one.key in columns:
            columns[one.key][place[here]] = column[here]


def owners(scope: Scope, customers: np.ndarray) -> np.ndarray:
    """Beside customers as facts name them, those that they are since they were merged."""
    if not scope.merged:
        return customers
    sql = scope.sql(
        "SELECT t.customer_id, {customer} FROM unnest(%(asked)s::bigint[]) t (customer_id) {canonical}",
        table="t",
        asked=np.unique(customers).tolist(),
    )
    asked, into = integers(sql, 2)
    order = np.argsort(asked)
    return into[order][np.searchsorted(asked[order], customers)]


def _each(families: Sequence[Family], scope: Scope) -> Iterable[Values]:
    if (
        scope.customers is None
        or len(scope.customers) > FEW
        or any(Type.CHOICE in _types(family) for family in families)
    ):
        return (_read(family, scope) for family in families)
    asked = [(family.read(scope), _types(family)) for family in families]
    found = each_in_one(asked) if asked else ()
    return (_typed(values, types) for values, (_sql, types) in zip(found, asked, strict=True))


def _read(family: Family, scope: Scope) -> Values:
    sql, types = family.read(scope), _types(family)
    return _with_words(sql, types) if Type.CHOICE in types else _typed(ids_and_floats(sql, types), types)


def _types(family: Family) -> list[Type]:
    return [one.type for one in family.measures]


def _typed(found: Values, types: Sequence[Type]) -> Values:
    owners, values = found
    return owners, [_days(column) if type == Type.DATE else column for type, column in zip(types, values, strict=True)]


def _days(column: Column) -> Column:
    known = ~np.isnan(column)
    days = empty(Type.DATE, len(column))
    days[known] = column[known].astype(np.int64).astype("datetime64[D]")
    return days


def _with_words(sql: Sql, types: Sequence[Type]) -> Values:
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        rows = cursor.fetchall()
    if not rows:
        return np.array([], dtype=np.int64), [empty(type, 0) for type in types]
    owners, *values = zip(*rows, strict=True)
    return np.array(owners, dtype=np.int64), [_vector(type, one) for type, one in zip(types, values, strict=True)]


def _vector(type: Type, values: Sequence[Any]) -> Column:
    if type == Type.DATE:
        return np.array(values, dtype="datetime64[D]")
    if type == Type.CHOICE:
        vector = np.empty(len(values), dtype=object)
        vector[:] = values
        return vector
    return np.array(values, dtype=float)
