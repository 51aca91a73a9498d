from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.ids import uuid7


class Mail(models.Model):
    """One mail that is to leave, once. It names neither address nor words: whoever knows its kind makes them when it
    leaves, from what is known then.

    pending → claimed → sending → sent; a sent one that is still leased has not been told to its kind. ``failed``:
    refused for good. ``dropped``: its kind said that it may not go, or its time ran out. ``uncertain``: its sender
    ended between handing over and writing that down, and nobody can be asked; it is shown and never sent again.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        CLAIMED = "claimed"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        DROPPED = "dropped"
        UNCERTAIN = "uncertain"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING, db_default=State.PENDING)
    due_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    reason = models.CharField(max_length=60, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="core_mail_due"),
            models.Index(fields=["leased_until"], condition=Q(leased_until__isnull=False), name="core_mail_lease"),
            models.Index(
                fields=["kind", "id"], condition=Q(state__in=["uncertain", "failed"]), name="core_mail_doubtful"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def message_id(self) -> str:
        """Our own Message-ID: the same for each try, so that whoever took the mail can be asked for it."""
        return f"<{self.uid}@{settings.MAIL_DOMAIN}>"
