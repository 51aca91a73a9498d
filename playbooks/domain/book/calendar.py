"""Days on which people work, by country, and when a day begins for somebody."""

from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

SATURDAY = 5
MORNING = time(8)


def add(day: date, count: int, unit: str = "days", country: str = "") -> date:
    """The day ``count`` days after ``day``; with ``business_days``, days on which nobody works don't count."""
    if unit != "business_days":
        return day + timedelta(days=count)
    for _left in range(count):
        day = next_working_day(day + timedelta(days=1), country)
    return day


def next_working_day(day: date, country: str = "") -> date:
    """``day`` itself, or the first one after it on which people work in ``country`` (two capitals)."""
    while day.weekday() >= SATURDAY or is_holiday(day, country):
        day += timedelta(days=1)
    return day


def is_holiday(day: date, country: str) -> bool:
    """Whether ``day`` is a public holiday there; of a country that isn't known, never."""
    return day in _of(country, day.year)


def begins(day: date, zone: str) -> datetime:
    """The instant at which the work of ``day`` begins for somebody in ``zone``."""
    return datetime.combine(day, MORNING, tzinfo=_zone(zone))


def day_of(at: datetime, zone: str) -> date:
    """Which day it is at ``at`` for somebody in ``zone``."""
    return at.astimezone(_zone(zone)).date()


@lru_cache(maxsize=512)
def _of(country: str, year: int) -> frozenset[date]:
    if country not in _known():  # the library has no calendar of it: only its weekends are free
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=year))


@cache
def _known() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries())


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
