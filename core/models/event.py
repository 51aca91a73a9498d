from django.db import models

from core.facts import append_only
from core.ids import uuid7


class CurrentTransaction(models.Func):
    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class Event(models.Model):
    """One per domain write: what happened, when, and the ids and plain values of it.

    Consumers read in the order (tx, id) and only below the oldest running transaction, so a row that commits late
    is never skipped.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    tx = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    type = models.CharField(max_length=80)
    at = models.DateTimeField()
    known_on = models.DateField()
    payload = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["tx", "id"], name="core_event_position")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.type} {self.uid}"


class EventCursor(models.Model):
    """How far one consumer has read."""

    consumer = models.CharField(max_length=80, primary_key=True)
    tx = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.consumer} at {self.tx}/{self.event_id}"
