import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from core.failpoints import failpoint
from core.models import Event, EventCursor

log = logging.getLogger(__name__)

Handler = Callable[[Sequence[Event]], None]


@dataclass(frozen=True, slots=True)
class Consumer:
    name: str
    types: tuple[str, ...]
    handle: Handler


CONSUMERS: dict[str, Consumer] = {}


def consumes(*types: str, name: str) -> Callable[[Handler], Handler]:
    """Register a function that is given events of these types, in order, each at least once.

    It runs in the transaction that moves the consumer's position: what it writes to the database, it writes once.
    """

    def register(handle: Handler) -> Handler:
        CONSUMERS[name] = Consumer(name, types, handle)
        return handle

    return register


def consume(*, consumer: Consumer, limit: int = 500) -> int:
    """Handle the next events of one consumer. Returns how many were read; 0 when another worker holds the position."""
    with transaction.atomic():
        EventCursor.objects.get_or_create(consumer=consumer.name)
        cursor = EventCursor.objects.select_for_update(skip_locked=True).filter(pk=consumer.name).first()
        if cursor is None:
            return 0
        events = _next(cursor, limit)
        if not events:
            return 0
        wanted = [event for event in events if event.type in consumer.types]
        if wanted:
            consumer.handle(wanted)
            failpoint("events.before_position")
        cursor.tx, cursor.event_id = events[-1].tx, events[-1].pk
        cursor.save(update_fields=["tx", "event_id"])
    return len(events)


def consume_all(*, limit: int = 500) -> int:
    """Let every consumer read until there is nothing left. Returns how many events were read in all.

    One that fails is logged and stays where it is, to be tried again with the next look; the others go on.
    """
    return sum(_consume_to_the_end(consumer, limit) for consumer in CONSUMERS.values())


def _consume_to_the_end(consumer: Consumer, limit: int) -> int:
    total = 0
    try:
        while read := consume(consumer=consumer, limit=limit):
            total += read
    except Exception:  # whatever a handler raises must not stop the other consumers
        log.exception("Consumer %s stays at its position", consumer.name)
    return total


def _next(cursor: EventCursor, limit: int) -> list[Event]:
    return list(
        Event.objects.filter(tx__lt=horizon())
        .extra(where=["(tx, id) > (%s, %s)"], params=[cursor.tx, cursor.event_id])
        .order_by("tx", "id")[:limit]
    )


def horizon() -> int:
    """The oldest transaction that runs on the server: one that started earlier may still commit rows below it."""
    with connection.cursor() as db:
        db.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(db.fetchone()[0])
