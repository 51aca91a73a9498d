"""Any figure of any report, opened by the address that its page gave it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from churn.queries import cohorts, reasons, splits
from churn.queries.moved import moved
from churn.queries.retention import Asked, Period, book_for, shift
from churn.queries.retention.opened import Opened, opened

Query = Mapping[str, str]
MOST_PERIODS: Final = 36


@dataclass(frozen=True, slots=True)
class Asking:
    """The figure ``key`` of a period; ``query`` is the rest of its address."""

    key: str
    period: Period
    asked: Asked
    query: Query


def open_figure(asking: Asking) -> Opened:
    """The rows of a figure. Raises KeyError or ValueError where there is no such figure."""
    family = asking.key.partition(".")[0]
    return FAMILIES.get(family, _of_retention)(asking)


def _of_retention(asking: Asking) -> Opened:
    before = asking.query.get("before")
    earlier = Period(date.fromisoformat(before), asking.period.start) if before else None
    group = asking.query.get("group") or None
    return opened(asking.key, asking.period, asking.asked, group=group, before=earlier)


def _split(asking: Asking) -> Opened:
    book = book_for([asking.period], asking.asked)
    return splits.opened(asking.key, moved(book, [asking.period]), asking.period)


def _reason(asking: Asking) -> Opened:
    asked, period = asking.asked, asking.period
    lost = reasons.losses(moved(book_for([period], asked), [period]), asked)[period]
    told = asking.query.get("told", "ours")
    return reasons.opened(asking.key, lost, reason=asking.query.get("reason", ""), told=told)


def _cohort(asking: Asking) -> Opened:
    on = asking.query.get("on")
    if asking.key != "cohort.survival":
        return cohorts.opened(asking.key, asking.period, date.fromisoformat(on) if on else None, asking.asked)
    found = cohorts.joined(_periods(asking), asking.asked)
    return cohorts.survivors(found, int(asking.query.get("months", "")))


def _periods(asking: Asking) -> list[Period]:
    """The cohorts of a survival curve: so many of one length from the start of the period to its end."""
    start, end, count = asking.period.start, asking.period.end, int(asking.query.get("step", ""))
    months = (end.year - start.year) * 12 + end.month - start.month
    if not 1 <= count <= MOST_PERIODS or months % count:
        raise ValueError("no such cohorts")
    each = months // count
    return [Period(shift(start, each * number), shift(start, each * (number + 1))) for number in range(count)]


FAMILIES: Final[Mapping[str, Callable[[Asking], Opened]]] = {"split": _split, "reasons": _reason, "cohort": _cohort}
