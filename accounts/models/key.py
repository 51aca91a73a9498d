from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.team import Team
from core.ids import uuid7
from core.models import Source


class Key(models.Model):
    """What a program signs in with. Only a digest of it is kept; ``shown`` is its beginning, to tell keys apart.

    A key of the intake belongs to a source: what it sends is that source's. One with a team sees the customers of that
    team; without one, all. ``last_used_at`` is a minute old at most.
    """

    class Scope(models.TextChoices):
        READ = "read", _("read: reads the API")
        WRITE = "write", _("write: reads and changes by the API")
        INTAKE = "intake", _("intake: sends usage events")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    scope = models.CharField(_("scope"), max_length=6, choices=Scope)
    shown = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("source")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("team")
    )
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(scope="intake") | models.Q(source__isnull=False), name="accounts_key_intake_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.shown}…)"


class KeyUse(models.Model):
    """How often a key was used in the last minute that it was used in."""

    key = models.OneToOneField(Key, models.CASCADE, primary_key=True, related_name="+")
    minute = models.DateTimeField()
    requests = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.requests} requests of {self.key_id} at {self.minute:%H:%M}"


class KeptAnswer(models.Model):
    """What a key was answered for a request that makes something, to be answered again to the same request.

    ``name`` is the one that the request was given, ``asked`` a digest of what it asked for. Kept for a day.
    """

    key = models.ForeignKey(Key, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    asked = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name"], name="accounts_keptanswer_once")]

    def __str__(self) -> str:
        return f"{self.status} for {self.name}"
