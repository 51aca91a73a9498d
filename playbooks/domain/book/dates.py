"""When a date of a customer lets a playbook begin. The same function decides at night and in a dry run."""

from datetime import date

import numpy as np

CATCH_UP = 7  # days for which a night that did not happen is made up


def fires(
    dates: np.ndarray, *, days: int, side: str, yearly: bool, since: date, day: date
) -> tuple[np.ndarray, np.ndarray]:
    """Which of ``dates`` (datetime64[D], NaT for none) fire with since <= day of firing <= day, and the dates meant.

    It fires ``days`` days before or after the date; with ``yearly`` also on each later year's same day, the first
    time a year after it.
    """
    shift = np.timedelta64(days if side == "after" else -days, "D")
    first, last = np.datetime64(since, "D"), np.datetime64(day, "D")
    if not yearly:
        when = dates + shift
        return ~np.isnat(dates) & (when >= first) & (when <= last), dates
    return _yearly(dates, shift, first, last)


def _yearly(
    dates: np.ndarray, shift: np.timedelta64, first: np.datetime64, last: np.datetime64
) -> tuple[np.ndarray, np.ndarray]:
    met, meant = np.zeros(len(dates), dtype=bool), dates.copy()
    known = ~np.isnat(dates)
    years = dates.astype("M8[Y]")
    months = dates.astype("M8[M]")
    for year in range((first - shift).astype("M8[Y]").astype(int), (last - shift).astype("M8[Y]").astype(int) + 1):
        month = np.datetime64(year, "Y").astype("M8[M]") + (months - years.astype("M8[M]"))
        then = month.astype("M8[D]") + (dates - months.astype("M8[D]"))
        now = known & (then > dates) & (then + shift >= first) & (then + shift <= last)
        met, meant = met | now, np.where(now, then, meant)
    return met, meant


def is_scheduled(every: str, on: int, day: date) -> bool:
    """Whether a schedule begins on ``day``: each day, on a day of the week (0 is Monday), or of the month."""
    return {"day": True, "week": day.weekday() == on, "month": day.day == on}[every]
