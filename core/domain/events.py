import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core import clock
from core.models import Event
from core.wake import wake_after_commit

MANY: Final = 500


def append(*, type: str, payloads: Iterable[Mapping[str, Any]], at: datetime | None = None) -> list[Event]:
    """Record that something of ``type`` (``customers.touchpoint_logged.v1``) happened, once for each payload.

    Call it inside the transaction of the write it tells of; consumers are woken after the commit. Of many, the events
    come back without their numbers.
    """
    at = at or clock.now()
    known_on = clock.today(at)
    events = [Event(type=type, at=at, known_on=known_on, payload=dict(payload)) for payload in payloads]
    if len(events) > MANY:
        _copy(events)
    else:
        Event.objects.bulk_create(events)
    if events:
        wake_after_commit()
    return events


def _copy(events: Iterable[Event]) -> None:
    """Thousands at once: to make one statement of them takes longer than all the rest of a load."""
    columns = "uid, type, at, known_on, payload"
    with connection.cursor() as cursor, cursor.copy(f"COPY {Event._meta.db_table} ({columns}) FROM STDIN") as copy:
        for one in events:
            copy.write_row((one.uid, one.type, one.at, one.known_on, json.dumps(one.payload)))
