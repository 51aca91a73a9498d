from django.db import models
from django.utils.translation import gettext_lazy as _

from usage.models.feature import Feature


class EventName(models.Model):
    """A name under which events came, and what it is counted as: ``plan`` is made of the rules by
    ``usage.domain.mapping``. Without a feature an event counts in the day over all only."""

    name = models.CharField(_("event"), max_length=200, unique=True)
    feature = models.ForeignKey(Feature, models.PROTECT, null=True, related_name="+", verbose_name=_("feature"))
    plan = models.JSONField(default=list, editable=False)
    events = models.BigIntegerField(_("events"), default=0)
    first_on = models.DateField(_("first"))
    last_on = models.DateField(_("last"))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-events", "name"]

    def __str__(self) -> str:
        return self.name


class FeatureRule(models.Model):
    """Which events are the use of a feature; of none, where it has no feature. A property goes before the name, and
    that before the longest beginning."""

    class Match(models.TextChoices):
        EXACT = "exact", _("is called")
        PREFIX = "prefix", _("begins with")
        PROPERTY = "property", _("has the property")

    feature = models.ForeignKey(Feature, models.PROTECT, null=True, related_name="rules", verbose_name=_("feature"))
    match = models.CharField(_("which"), max_length=8, choices=Match, default=Match.EXACT)
    event = models.CharField(_("event"), max_length=200, blank=True)
    property = models.CharField(_("property"), max_length=100, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("rule of a feature")
        verbose_name_plural = _("rules of features")
        ordering = ["event", "property", "value"]
        constraints = [
            models.UniqueConstraint(fields=["match", "event", "property", "value"], name="usage_featurerule_once"),
            models.CheckConstraint(
                condition=~models.Q(event="") & (~models.Q(match="property") | ~models.Q(property="")),
                name="usage_featurerule_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.property} {self.value}".strip()
