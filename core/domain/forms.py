"""A form is acted on once, however often it is sent."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from core.models import SentForm

KEPT = timedelta(days=2)


def is_first(token: str) -> bool:
    """Whether the form that carries ``token`` comes for the first time; one without a token always does.

    Ask it in the transaction of the write: then a form whose write failed may come again, and one that is sent twice
    at a time waits here for the other. False comes back for what is no token of ours.
    """
    if not token:
        return True
    try:
        known = UUID(token)
    except ValueError:
        return False
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_sentform (token) VALUES (%s) ON CONFLICT DO NOTHING", [known])
        return cursor.rowcount == 1


def forget(*, before: datetime) -> int:
    """Drop the tokens of forms that were sent long ago. Returns how many."""
    return SentForm.objects.filter(at__lt=before - KEPT).delete()[0]
