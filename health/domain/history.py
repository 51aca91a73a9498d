"""Scores as stored: a row where something changed, none where nothing did.

The row of ``day`` D holds the score as of D, made from facts of before D, so as of D it is there to be read.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from core.domain import events
from customers.models import Band
from health.domain.result import Result

# The row of each customer that counts on a day, by the key from the newest back.
LAST = """
    SELECT c.id, s.day, s.version_id, s.score::float, s.band, s.coverage::float
    FROM unnest(%(customers)s::bigint[]) c (id), LATERAL (
        SELECT * FROM health_score s WHERE s.customer_id = c.id AND s.day <= %(day)s ORDER BY s.day DESC LIMIT 1
    ) s
"""
FOREVER = date(9999, 12, 31)


def month_before(day: date, customers: np.ndarray) -> np.ndarray:
    """The stored score as of 30 days before, beside ``customers``; NaN where there was none."""
    before = np.full(len(customers), np.nan)
    rows = _last(customers, day - timedelta(days=30))
    if rows:
        place = np.searchsorted(customers, [row[0] for row in rows])
        before[place] = np.array([row[3] for row in rows], dtype=float)
    return before


@transaction.atomic
def store(result: Result, *, announce: bool) -> int:
    """Append what changed against each customer's last row, where that is of an earlier day. Returns how many rows.

    A customer who was never scored and is not now gets no row; one who is gone gets one without a version.
    """
    day = result.frame.at.day
    last = {row[0]: row[1:] for row in _last(result.frame.ids, FOREVER)}
    changed = _changed(result, last)
    with connection.cursor() as cursor:
        statement = "COPY health_score (customer_id, day, version_id, score, band, coverage) FROM STDIN"
        with cursor.copy(statement) as copy:
            for row in _rows(result, changed):
                copy.write_row(row)
    if announce:
        events.append(type="health.band_changed.v1", payloads=_band_changes(result, changed, last, day))
    return int(changed.sum())


def _last(customers: np.ndarray, day: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(LAST, {"customers": customers.tolist(), "day": day})
        return cursor.fetchall()


def _changed(result: Result, last: dict[int, tuple[Any, ...]]) -> np.ndarray:
    """For which customers the result says something else than their last row, which is of an earlier day."""
    never = (None, None, None, Band.UNKNOWN.value, None)
    scores = _plain(result.score)
    now = zip(result.frame.ids.tolist(), result.version.tolist(), scores, result.band, result.coverage, strict=True)
    changed = np.zeros(len(result.frame), dtype=bool)
    for row, (customer, version, score, band, coverage) in enumerate(now):
        stored_on, *stored = last.get(customer, never)
        if stored_on is None:
            changed[row] = version > 0
        elif stored_on < result.frame.at.day:
            changed[row] = stored != [version or None, score, band, coverage]
    return changed


def _rows(result: Result, changed: np.ndarray) -> Iterator[tuple[Any, ...]]:
    day = result.frame.at.day
    for part in result.parts:
        for row in part.rows.tolist():
            if changed[row]:
                score = result.score[row]
                yield (
                    int(result.frame.ids[row]),
                    day,
                    part.used.version.pk,
                    None if np.isnan(score) else f"{score:.2f}",
                    result.band[row],
                    f"{result.coverage[row]:.4f}",
                )
    for row in np.flatnonzero(changed & ~result.scored).tolist():
        yield int(result.frame.ids[row]), day, None, None, Band.UNKNOWN.value, "0"


def _plain(column: np.ndarray) -> list[Any]:
    return [None if value != value else value for value in column.tolist()]  # noqa: PLR0124 - NaN


def _band_changes(
    result: Result, changed: np.ndarray, last: dict[int, tuple[Any, ...]], day: date
) -> Iterator[dict[str, Any]]:
    for row in np.flatnonzero(changed).tolist():
        customer = int(result.frame.ids[row])
        before = last[customer][3] if customer in last else None
        if before is not None and before != result.band[row]:
            score = result.score[row]
            yield {
                "customer": customer,
                "day": f"{day}",
                "before": before,
                "after": result.band[row],
                "score": None if np.isnan(score) else float(score),
            }
