from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from core.ids import uuid7


class Feature(models.Model):
    """Something of the product that customers use. The one with the empty key stands for the day over all."""

    class Kind(models.TextChoices):
        CORE = "core", _("core: what they bought it for")
        STICKY = "sticky", _("sticky: once used, they rarely leave")
        ERROR = "error", _("error: something failed for them")
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


class FeatureChange(Fact):
    """From ``day`` on a feature is of another kind. A feature that never changed was always of the kind it has."""

    feature = models.ForeignKey(Feature, models.PROTECT, related_name="changes")
    before = models.CharField(max_length=6, choices=Feature.Kind)
    after = models.CharField(max_length=6, choices=Feature.Kind)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["feature", "known_on", "id"], name="usage_featurechange_latest")]

    def __str__(self) -> str:
        return f"{self.feature_id} {self.after} from {self.day}"
