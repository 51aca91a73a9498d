"""An open link takes so many answers from one address in a while: an office full of people, and no flood."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from surveys.models import LinkUse, OpenLink

MOST = 60
WHILE = timedelta(minutes=10)

# One statement, so that however many processes count at once none is missed.
COUNT = """
    INSERT INTO surveys_linkuse AS old (link_id, who, since, answers) VALUES (%(link)s, %(who)s, %(at)s, 1)
    ON CONFLICT (link_id, who) DO UPDATE SET
        since = CASE WHEN old.since <= %(before)s THEN excluded.since ELSE old.since END,
        answers = CASE WHEN old.since <= %(before)s THEN 1 ELSE old.answers + 1 END
    RETURNING since, answers
"""


def wait(*, link: OpenLink, who: str, at: datetime) -> int:
    """Count one more answer from an address. Returns the seconds until the next one is taken; 0 for now."""
    values: dict[str, Any] = {"link": link.pk, "who": who, "at": at, "before": at - WHILE}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        ((since, answers),) = cursor.fetchall()
    return 0 if answers <= MOST else max(1, round((since + WHILE - at).total_seconds()))


def forget(*, at: datetime) -> None:
    LinkUse.objects.filter(since__lt=at - WHILE).delete()
