import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
MOST: Final = 600


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From the start of ``start`` to the start of ``end``, which is no longer part of it."""

    start: date
    end: date

    @property
    def is_month(self) -> bool:
        return self.start.day == 1 and shift(self.start, 1) == self.end

    def ends_by(self, day: date) -> "Period":
        """As much of it as lies before ``day``; empty where it begins later."""
        return Period(min(self.start, day), min(self.end, day))


def periods(start: date, end: date, step: str) -> list[Period]:
    """``start`` to ``end`` in steps of month, quarter, year or ``Nd`` (N days). The last is cut at ``end``.

    Raises ValueError for an unknown step, an end not after the start, and for more than 600 periods.
    """
    if end <= start:
        raise ValueError("the end does not come after the start")
    found = []
    for first, last in _steps(start, step):
        found.append(Period(first, min(last, end)))
        if last >= end:
            return found
        if len(found) == MOST:
            raise ValueError(f"more than {MOST} periods")
    raise AssertionError


def shift(day: date, months: int) -> date:
    """The same day some months later (or earlier), or the last of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def trailing(end: date) -> Period:
    """The twelve months up to ``end``."""
    return Period(shift(end, -12), end)


def _steps(start: date, step: str) -> Iterator[tuple[date, date]]:
    if step not in MONTHS and not re.fullmatch("[1-9][0-9]{0,4}d", step):
        raise ValueError(f"no such period: {step}")
    number = 0
    while True:
        yield _at(start, step, number), _at(start, step, number + 1)
        number += 1


def _at(start: date, step: str, number: int) -> date:
    try:
        return shift(start, MONTHS[step] * number) if step in MONTHS else start + timedelta(int(step[:-1]) * number)
    except (OverflowError, ValueError):  # past the last day there is
        return date.max
