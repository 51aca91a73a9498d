from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.prepared import prepared
from core.remembering import remembered
from customers.models import Customer
from health.models import Score


@dataclass(frozen=True, slots=True)
class Point:
    """A customer's score as of a day; None where there was none."""

    day: date
    score: Decimal | None
    band: str


def history(customer: Customer, day: date, *, days: int = 365, step: int = 7) -> list[Point]:
    """The stored scores of the ``days`` before ``day``, every ``step`` days, the last as of ``day``, oldest first."""
    rows = _rows(customer.pk, day - timedelta(days=days), day)
    points = []
    at = 0
    for one in _days(day, days, step):
        while at + 1 < len(rows) and rows[at + 1].day <= one:
            at += 1
        standing = rows[at] if rows and rows[at].day <= one else None
        points.append(Point(one, standing.score if standing else None, standing.band if standing else ""))
    return points


def score_on(customer: Customer, day: date, *, until: date, days: int = 365) -> Decimal | None:
    """The stored score as of ``day``; None where there was none. Of the last ``days`` before ``until``, in the
    statement of their `history`."""
    first = min(day, until - timedelta(days=days))
    standing = [row for row in _rows(customer.pk, first, until) if row.day <= day]
    return standing[-1].score if standing else None


@remembered
@prepared
def _rows(customer: int, first: date, last: date) -> QuerySet[Score]:
    """What stood on the first day, and every change up to the last."""
    stored = Score.objects.filter(customer=customer)
    standing = stored.filter(day__lte=first).order_by("-day").values("day")[:1]
    since = Coalesce(Subquery(standing), first)
    known = stored.filter(day__gte=since, day__lte=last)
    return known.only("customer_id", "day", "score", "band").order_by("day")


def _days(last: date, days: int, step: int) -> list[date]:
    return [last - timedelta(days=back) for back in range(days - days % step, -1, -step)]
