import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core import clock
from core.ids import uuid7
from core.models import Event
from core.wake import wake_after_commit

MANY: Final = 500
PORTION: Final = 5_000


def append(*, type: str, payloads: Iterable[Mapping[str, Any]], at: datetime | None = None) -> list[Event]:
    """Record that something of ``type`` (``customers.touchpoint_logged.v1``) happened, once for each payload.

    Call it inside the transaction of the write it tells of; consumers are woken after the commit. Of more than
    ``MANY``, none comes back.
    """
    at = at or clock.now()
    known_on = clock.today(at)
    told = list(payloads)
    if len(told) > MANY:
        _copy(told, f"{type}\t{at.isoformat()}\t{known_on}")
        events = []
    else:
        events = [Event(type=type, at=at, known_on=known_on, payload=dict(payload)) for payload in told]
        Event.objects.bulk_create(events)
    if told:
        wake_after_commit()
    return events


def _copy(payloads: Sequence[Mapping[str, Any]], alike: str) -> None:
    """Thousands at once: to make objects, or one statement, of them takes longer than all the rest of a load."""
    columns = "uid, type, at, known_on, payload"
    with connection.cursor() as cursor, cursor.copy(f"COPY {Event._meta.db_table} ({columns}) FROM STDIN") as copy:
        for first in range(0, len(payloads), PORTION):
            copy.write("".join(_line(payload, alike) for payload in payloads[first : first + PORTION]))


def _line(payload: Mapping[str, Any], alike: str) -> str:
    # JSON has no tabs or new lines but as escapes: in a line of COPY only the backslash is doubled.
    said = json.dumps(payload).replace("\\", "\\\\")
    return f"{uuid7()}\t{alike}\t{said}\n"
