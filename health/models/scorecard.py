from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.facts import append_only


class Scorecard(models.Model):
    """A way to score one kind of customers. The first in order whose rule fits a customer scores them."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class ScorecardVersion(models.Model):
    """A published definition: groups, weights, points, bands, caps, and whom it is for. Never changed."""

    scorecard = models.ForeignKey(Scorecard, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(_("definition"))
    in_force_from = models.DateField(_("in force from"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("scorecard version")
        verbose_name_plural = _("scorecard versions")
        ordering = ["scorecard", "number"]
        constraints = [models.UniqueConstraint(fields=["scorecard", "number"], name="health_version_number")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.scorecard} v{self.number}"
