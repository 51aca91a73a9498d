"""How long what came in is kept: the events by month, and that a message was seen for 90 days."""

from datetime import date, timedelta

from django.db import connection

from usage.domain import partitions
from usage.domain.intake import writing
from usage.domain.rollup import waiting
from usage.models import IntakeSettings, Rejected

SEEN_DAYS = 90


def keep(*, day: date) -> None:
    """Make ready the months to come, and let go of what is older than it is kept for."""
    writing.ensure(day)
    first = months_before(day, IntakeSettings.current().keep_months)
    for table in partitions.EVENTS:
        partitions.drop(table, before=first)
    since = day - timedelta(days=SEEN_DAYS)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM usage_seenmessage WHERE seen_on < %s", [since])
    Rejected.objects.filter(received_at__date__lt=since).delete()
    waiting.forget_older(first)


def months_before(day: date, count: int) -> date:
    """The first of the month that lies ``count`` months before the month of ``day``."""
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)
