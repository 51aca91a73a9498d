"""The past that a test of a score looks at, unless another is chosen."""

from datetime import date, timedelta

from django.db.models import Max

from customers.models import Standing
from health.domain.backtest.asked import last_year
from subscriptions.models import MrrMovement
from usage.models import FeedDay

QUIET = timedelta(days=31)  # who hears nothing for so long has a past that has ended


def usual(today: date, *, horizon: int = 90) -> tuple[date, date]:
    """The twelve months whose horizon is over: as of today or, where data ended earlier, as of their last day."""
    return last_year(_last_known(today), horizon=horizon)


def _last_known(today: date) -> date:
    """Today, while anybody pays and use or movements still come; else the last day that had one."""
    moved = MrrMovement.objects.filter(day__lt=today).aggregate(last=Max("day"))["last"] or today
    if not Standing.objects.filter(mrr__gt=0).exists():
        return moved
    used = FeedDay.objects.filter(day__lte=today).aggregate(last=Max("day"))["last"] or moved
    last = max(moved, used)
    return today if today - last <= QUIET else last
