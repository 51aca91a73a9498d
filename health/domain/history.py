"""Scores as stored: a row where something changed, none where nothing did.

The row of ``day`` D holds the score as of D, made from facts of before D, so as of D it is there to be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import isnan
from typing import Any

import numpy as np
from django.db import connection, transaction

from core.domain import events
from customers.models import Band
from customers.registry import Sql, Type
from customers.registry.fetching import ids_and_floats
from health.domain.result import Result

# The row of each customer that counts on a day, by the key from the newest back. Gone: a row without a version.
LAST = """
    SELECT c.id, s.day, COALESCE(s.version_id, 0), s.score, array_position(%(bands)s::text[], s.band::text), s.coverage
    FROM unnest(%(customers)s::bigint[]) c (id), LATERAL (
        SELECT * FROM health_score s WHERE s.customer_id = c.id AND s.day <= %(day)s ORDER BY s.day DESC LIMIT 1
    ) s
"""
BANDS = tuple(Band.values)
FOREVER = date(9999, 12, 31)
NOTHING = r"\N"


@dataclass(frozen=True, slots=True)
class _Last:
    """The last rows, beside all customers: NaN where there is none. ``day`` counts from 1970, ``band`` in BANDS."""

    day: np.ndarray
    version: np.ndarray
    score: np.ndarray
    band: np.ndarray
    coverage: np.ndarray

    def bands(self) -> np.ndarray:
        """As words; None where there is no row."""
        return np.array([None, *BANDS], dtype=object)[np.nan_to_num(self.band).astype(int)]


def month_before(day: date, customers: np.ndarray) -> np.ndarray:
    """The stored score as of 30 days before, beside ``customers``; NaN where there was none."""
    return _last(customers, day - timedelta(days=30)).score


@transaction.atomic
def store(result: Result, *, announce: bool) -> int:
    """Append what changed against each customer's last row, where that is of an earlier day. Returns how many rows.

    A customer who was never scored and is not now gets no row; one who is gone gets one without a version.
    """
    last = _last(result.frame.ids, FOREVER)
    changed = _changed(result, last)
    with connection.cursor() as cursor:
        statement = "COPY health_score (customer_id, day, version_id, score, band, coverage) FROM STDIN"
        with cursor.copy(statement) as copy:
            copy.write("".join(_lines(result, changed)))
    if announce:
        events.append(type="health.band_changed.v1", payloads=_band_changes(result, changed, last))
    return int(changed.sum())


def _last(customers: np.ndarray, day: date) -> _Last:
    asked = Sql(LAST, {"customers": customers.tolist(), "day": day, "bands": list(BANDS)})
    types = [Type.DATE, Type.NUMBER, Type.NUMBER, Type.NUMBER, Type.NUMBER]
    ids, found = ids_and_floats(asked, types)
    columns = [np.full(len(customers), np.nan) for _ in types]
    for column, values in zip(columns, found, strict=True):
        column[np.searchsorted(customers, ids)] = values
    return _Last(*columns)


def _changed(result: Result, last: _Last) -> np.ndarray:
    """For which customers the result says something else than their last row, which is of an earlier day."""
    same_score = (result.score == last.score) | (np.isnan(result.score) & np.isnan(last.score))
    same = same_score & (result.version == last.version) & (result.coverage == last.coverage)
    same &= result.band == last.bands()
    never, today = np.isnan(last.day), (result.frame.at.day - date(1970, 1, 1)).days
    return np.where(never, result.scored, (last.day < today) & ~same)


def _lines(result: Result, changed: np.ndarray) -> Iterator[str]:
    """The new rows as COPY reads text."""
    day = result.frame.at.day
    for part in result.parts:
        rows = part.rows[changed[part.rows]]
        columns = (result.frame.ids[rows], result.score[rows], result.band[rows], result.coverage[rows])
        for customer, score, band, coverage in zip(*(column.tolist() for column in columns), strict=True):
            said = NOTHING if isnan(score) else f"{score:.2f}"
            yield f"{customer}\t{day}\t{part.used.version.pk}\t{said}\t{band}\t{coverage:.4f}\n"
    for customer in result.frame.ids[changed & ~result.scored].tolist():
        yield f"{customer}\t{day}\t{NOTHING}\t{NOTHING}\t{Band.UNKNOWN.value}\t0\n"


def _band_changes(result: Result, changed: np.ndarray, last: _Last) -> Iterator[dict[str, Any]]:
    before = last.bands()
    for row in np.flatnonzero(changed & ~np.isnan(last.day) & (before != result.band)).tolist():
        score = result.score[row]
        yield {
            "customer": int(result.frame.ids[row]),
            "day": f"{result.frame.at.day}",
            "before": before[row],
            "after": result.band[row],
            "score": None if np.isnan(score) else float(score),
        }
