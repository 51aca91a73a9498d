from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.models import Source


class Key(models.Model):
    """What a program signs in with. Only a digest of it is kept; ``shown`` is its beginning, to tell keys apart.

    A key of the intake belongs to a source: what it sends is that source's.
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
    created_at = models.DateTimeField(_("made"))
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
