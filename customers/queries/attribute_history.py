"""One attribute of all customers as known on a day, with its past: read once, then asked for any days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from django.db import connection

from core.clock import AsOf
from customers.models import Attribute, CustomerRole
from customers.queries.attributes import PREFIX, Field, Kind, cast, fields
from customers.registry import Scope

APART: Final = {"name", "domain", "created_on"}  # these are read otherwise
KINDS: Final = {Kind.TEXT, Kind.NUMBER, Kind.YES_NO, Kind.USER, Kind.TEAM}

# What is merged stands under the one that it is, whose own rows win; the rows that win come last.
ROWS: Final = """
SELECT {customer}, GREATEST({from_day}, c.created_on), {value}
FROM {table} t {canonical} JOIN customers_customer c ON c.id = {customer}
WHERE {which} AND {scope} AND c.known_on < %(known_on)s
ORDER BY {customer}, t.customer_id = {customer}, t.known_on, t.id
"""


@dataclass(frozen=True)
class History:
    """Rows in the order in which the later takes the earlier's place: customer, day (from 1970), value."""

    customer: np.ndarray
    day: np.ndarray
    value: np.ndarray

    def on(self, ids: np.ndarray, days: np.ndarray) -> np.ndarray:
        """The value of each of these customers (sorted) as of a day of its own, counted from 1970; None without."""
        found = np.full(len(ids), None, dtype=object)
        if not len(ids):
            return found
        place = np.minimum(np.searchsorted(ids, self.customer), len(ids) - 1)
        counts = (ids[place] == self.customer) & (self.day < days[place])
        found[place[counts]] = self.value[counts]
        return found


def history(key: str, known_on: date, customers: Sequence[int] | None = None) -> History | None:
    """The attribute ``key`` of these customers (all, where None) by what was known; None for one that has no history,
    or is an outcome: ``attribute_frame`` says what is to be said of those. Two statements at most.
    """
    name = key.removeprefix(PREFIX)
    field = fields([name])[name]
    if name in APART or field.kind not in KINDS or field.nature == Attribute.Nature.OUTCOME:
        return None
    scope = Scope.of(AsOf.at(known_on), customers)
    sql = scope.sql(_template(field), table="t", key=name, role=CustomerRole.Role.CSM)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        rows = cursor.fetchall()
    values = np.full(len(rows), None, dtype=object)
    values[:] = [value for _customer, _day, value in rows]
    days = [day for _customer, day, _value in rows]
    return History(
        np.array([customer for customer, _day, _value in rows], dtype=np.int64),
        np.array(days, dtype="datetime64[D]").astype(np.int64),
        values,
    )


def _template(field: Field) -> str:
    parts = _of_role(field) if field.kind in (Kind.USER, Kind.TEAM) and not field.own else _of_changes(field)
    text = ROWS
    for name, part in parts.items():
        text = text.replace("{" + name + "}", part)
    return text


def _of_changes(field: Field) -> dict[str, str]:
    constant = field.nature == Attribute.Nature.CONSTANT
    return {
        "from_day": "c.created_on" if constant else "t.day",
        "value": cast(field, "t.value #>> ARRAY[]::text[]"),
        "table": "customers_attributechange",
        "which": "t.key = %(key)s" + ("" if constant else " AND {known}"),
    }


def _of_role(field: Field) -> dict[str, str]:
    return {
        "from_day": "t.day",
        "value": f"(SELECT one.uid::text FROM accounts_{field.kind} one WHERE one.id = t.{field.kind}_id)",
        "table": "customers_customerrole",
        "which": "t.role = %(role)s AND {known}",
    }
