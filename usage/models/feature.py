from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7


class Feature(models.Model):
    """Something of the product that customers use. The one with the empty key stands for the day over all."""

    class Kind(models.TextChoices):
        CORE = "core", _("core: what they bought it for")
        STICKY = "sticky", _("sticky: once used, they rarely leave")
        OTHER = "other", _("other")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.CharField(_("key"), max_length=120, unique=True, blank=True)
    label = models.CharField(_("label"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.OTHER)

    class Meta:
        verbose_name = _("feature")
        verbose_name_plural = _("features")
        ordering = ["label", "key"]

    def __str__(self) -> str:
        return self.label or self.key
