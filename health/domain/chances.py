"""The chance that a customer leaves within 90 days, as their band's own record says.

p = (churned + 50 × prior) ÷ (customers + 50), over the four 90-day windows that end where the day's month begins: each
customer counts in the band they were in at a window's start. The prior is 0.25 for risk, 0.08 for watch, 0.02 for
good. Of a customer without enough data nothing is known but that they are one of the book: p is the share over all
bands, shrunk to 0.08. Whose end is known, because they gave notice, leaves: p is 1.
"""

from datetime import date, timedelta

import numpy as np
from django.db import connection

from core.clock import AsOf
from customers.models import Band
from customers.registry import OUTCOMES
from health.models import BandRecord

PRIORS = {Band.RISK.value: 0.25, Band.WATCH.value: 0.08, Band.GOOD.value: 0.02, Band.UNKNOWN.value: 0.08}
WEIGHT = 50
WINDOW = 90
WINDOWS = 4
OUTCOME = "customer_churn"
ALL = ""


def of(at: AsOf, bands: np.ndarray, scored: np.ndarray, leaving: np.ndarray) -> np.ndarray:
    """The chance of each customer, 0 to 1, from their band; 1 for who is ``leaving``, NaN for who is not scored."""
    by_band = by_band_as_of(at)
    chances = np.full(len(bands), np.nan)
    for band, chance in by_band.items():
        chances[scored & (bands == band)] = chance
    chances[scored & leaving] = 1.0
    return chances


def by_band_as_of(at: AsOf) -> dict[str, float]:
    """The chance for each band, from what was known when the month of ``at`` began."""
    counts = _counts(at.day.replace(day=1))
    return {
        band: shrunk(*counts.get(ALL if band == Band.UNKNOWN else band, (0, 0)), prior)
        for band, prior in PRIORS.items()
    }


def shrunk(customers: int, churned: int, prior: float) -> float:
    return (churned + WEIGHT * prior) / (customers + WEIGHT)


def _counts(month: date) -> dict[str, tuple[int, int]]:
    kept = BandRecord.objects.filter(month=month)
    return {one.band: (one.customers, one.churned) for one in kept} or _count(month)


def _count(month: date) -> dict[str, tuple[int, int]]:
    """Count, for (band, all), the customers seen and those who churned. A pure function of what is stored."""
    first = month - timedelta(days=WINDOW * WINDOWS)
    outcome = OUTCOMES[OUTCOME].read(first, month, month)
    starts = [first + timedelta(days=WINDOW * n) for n in range(WINDOWS)]
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(outcome=outcome.text), {**outcome.params, "starts": starts, "window": WINDOW})
        rows = cursor.fetchall()
    found = {band: (customers, churned) for band, customers, churned in rows}
    found[ALL] = (sum(one for one, _ in found.values()), sum(one for _, one in found.values()))
    return found


def keep(day: date) -> None:
    """Keep the record of the month that ``day`` is in, so that the year is read once a month."""
    month = day.replace(day=1)
    if not BandRecord.objects.filter(month=month).exists():
        BandRecord.objects.bulk_create(
            [BandRecord(month=month, band=band, customers=n, churned=k) for band, (n, k) in _count(month).items()],
            ignore_conflicts=True,
        )


def forget() -> None:
    """Count anew: a load of history changed what the past was."""
    BandRecord.objects.all().delete()


COUNT = """
    WITH outcome (customer_id, day, mrr) AS ({outcome}), seen AS (
        SELECT w.start, c.id, s.band
        FROM unnest(%(starts)s::date[]) w (start), customers_customer c, LATERAL (
            SELECT s.band, s.version_id FROM health_score s
            WHERE s.customer_id = c.id AND s.day <= w.start ORDER BY s.day DESC LIMIT 1
        ) s WHERE s.version_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM customers_canonical k WHERE k.from_id = c.id AND k.known_on < w.start
              AND (k.undone_on IS NULL OR k.undone_on >= w.start)
        )
    )
    SELECT seen.band, count(*)::int, count(*) FILTER (WHERE EXISTS (
        SELECT FROM outcome o
        WHERE o.customer_id = seen.id AND o.day >= seen.start AND o.day < seen.start + %(window)s::int
    ))::int
    FROM seen GROUP BY 1
"""
