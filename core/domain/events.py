from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core import clock
from core.models import Event
from core.wake import wake_after_commit


def append(*, type: str, payloads: Iterable[Mapping[str, Any]], at: datetime | None = None) -> list[Event]:
    """Record that something of ``type`` (``customers.touchpoint_logged.v1``) happened, once for each payload.

    Call it inside the transaction of the write it tells of; consumers are woken after the commit.
    """
    at = at or clock.now()
    known_on = clock.today(at)
    events = Event.objects.bulk_create(
        Event(type=type, at=at, known_on=known_on, payload=dict(payload)) for payload in payloads
    )
    if events:
        wake_after_commit()
    return events
