from dataclasses import dataclass

import numpy as np
from django.db import connection
from psycopg import sql

from surveys.queries.frame import fetched
from surveys.queries.nps import Nps
from surveys.queries.results.asked import Asked, canonical, signs

BUILT_IN = {"industry", "country", "stage", "language"}


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of customers with one value of an attribute, as it is today; None for those without."""

    value: str | None
    nps: Nps


def groups(asked: Asked, by: str) -> list[Group]:
    """The NPS recomputed for each value of an attribute, the one with the most answers first."""
    answers = asked.answers()
    customers, sign = canonical(answers["customer"]), signs(answers["score"], asked.scale)
    names, codes = _codes(by, int(customers.max(initial=0)))
    code = codes[customers]
    totals = [np.bincount(code[sign == one], minlength=len(names)) for one in (1, 0, -1)]
    found = [
        Group(name, Nps(*(int(total[place]) for total in totals)))
        for place, name in enumerate(names)
        if sum(total[place] for total in totals)
    ]
    return sorted(found, key=lambda group: -group.nps.answers)


def _codes(by: str, most: int) -> tuple[list[str | None], np.ndarray]:
    """The values there are, and for each customer the place of theirs; the first place is for none."""
    value = sql.Identifier(by) if by in BUILT_IN else sql.SQL("attributes ->> {}").format(sql.Literal(by))
    with connection.cursor() as cursor:
        ranked = RANKED.format(value=value).as_string(cursor.connection)
        cursor.execute(f"SELECT DISTINCT value, place FROM ({ranked}) r WHERE value IS NOT NULL ORDER BY place")
        names = {place: value for value, place in cursor.fetchall()}
    found = fetched(f"SELECT id, place FROM ({ranked}) r WHERE value IS NOT NULL", {"id": "i8", "place": "i8"})
    codes = np.zeros(max(most, int(found["id"].max(initial=0))) + 1, dtype=np.int64)
    codes[found["id"]] = found["place"]
    return [None, *(names.get(place) for place in range(1, max(names, default=0) + 1))], codes


RANKED = sql.SQL(
    "SELECT id, NULLIF({value}, '') AS value, dense_rank() OVER (ORDER BY NULLIF({value}, '')) AS place"
    " FROM customers_customer"
)
