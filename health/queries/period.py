"""The past that a test of a score looks at, unless another is chosen."""

from datetime import date

from django.db.models import Max

from customers.models import Standing
from health.domain.backtest.asked import last_year
from subscriptions.models import MrrMovement


def usual(today: date, *, horizon: int = 90) -> tuple[date, date]:
    """The twelve months whose horizon is over: as of today, or as of the day on which the last customer left."""
    return last_year(_last_paid(today), horizon=horizon)


def _last_paid(today: date) -> date:
    if Standing.objects.filter(mrr__gt=0).exists():
        return today
    return MrrMovement.objects.filter(day__lt=today).aggregate(last=Max("day"))["last"] or today
