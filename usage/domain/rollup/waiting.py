"""Use of which nobody knows the customer yet. It waits with all that may still tell it, and is counted, known on the
day it is attached, as soon as somebody or something does."""

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from core.models import Source
from customers.models import Customer
from usage.domain.rollup import people, resolving, writing
from usage.models import Attachment, IntakeSettings, Stranger

KEEP = f"""
INSERT INTO usage_stranger ({resolving.WHO}) SELECT {resolving.WHO} FROM rollup_who WHERE customer_id IS NULL
ORDER BY {resolving.WHO} ON CONFLICT DO NOTHING
"""
KEEP_DAYS = f"""
INSERT INTO usage_strangerday AS old (stranger_id, name_id, feature_id, day, events)
SELECT t.id, n.id, NULLIF(s.chosen, 0), s.day, sum(s.events)
FROM rollup_sum s JOIN rollup_who w USING ({resolving.WHO}) JOIN usage_stranger t USING ({resolving.WHO})
LEFT JOIN usage_eventname n ON n.name = s.name
WHERE w.customer_id IS NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (stranger_id, name_id, feature_id, day) DO UPDATE SET events = old.events + excluded.events
"""
FILL_WHO = f"INSERT INTO rollup_who (id, {resolving.WHO}) SELECT id, {resolving.WHO} FROM usage_stranger"
FILL_KNOWN = """
INSERT INTO rollup_known (source_id, customer_id, feature_id, person, day, events)
SELECT w.source_id, w.customer_id, COALESCE(d.feature_id, n.feature_id), w.is_person, d.day, d.events
FROM rollup_who w JOIN usage_strangerday d ON d.stranger_id = w.id LEFT JOIN usage_eventname n ON n.id = d.name_id
WHERE w.customer_id IS NOT NULL
"""
FORGET = (
    "DELETE FROM usage_strangerday d USING rollup_who w WHERE d.stranger_id = w.id AND w.customer_id IS NOT NULL",
    "DELETE FROM usage_stranger s USING rollup_who w WHERE s.id = w.id AND w.customer_id IS NOT NULL",
)
FORGET_OLD = (
    "DELETE FROM usage_strangerday WHERE day < %s",
    "DELETE FROM usage_stranger s WHERE NOT EXISTS (SELECT FROM usage_strangerday d WHERE d.stranger_id = s.id)",
)


def keep(cursor: Any) -> None:
    """Let those of ``rollup_who`` wait whose customer could not be told."""
    cursor.execute(KEEP)
    cursor.execute(KEEP_DAYS)


@transaction.atomic
def attach_known(*, at: datetime) -> int:
    """Count, as known today, the use of all who can be told by now. Returns how many of them there were."""
    if not Stranger.objects.exists():
        return 0
    people.know_contacts()
    with connection.cursor() as cursor:
        # Not while events are counted: a stranger that is being kept could be missed.
        cursor.execute("SELECT FROM usage_rollupposition FOR UPDATE")
        writing.make_tables(cursor)
        cursor.execute(FILL_WHO)
        resolving.resolve(IntakeSettings.current().identify_by)
        cursor.execute(FILL_KNOWN)
        writing.write(cursor, at=at)
        for statement in FORGET:
            cursor.execute(statement)
        return int(cursor.rowcount)


@transaction.atomic
def attach(*, source: Source, clue: str, value: str, customer: Customer, at: datetime) -> int:
    """Say whose an id or a domain of a source is, from now on and for all that waited. Returns how many had waited."""
    Attachment.objects.update_or_create(source=source, clue=clue, value=value, defaults={"customer": customer})
    return attach_known(at=at)


def forget_older(than: date) -> None:
    """Let go of what has waited for too long."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_OLD[0], [than])
        cursor.execute(FORGET_OLD[1])
