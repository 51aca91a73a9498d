from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Ruleset(models.Model):
    """The frozen settings a ledger was built with. A changed setting is a new ruleset, with a ledger of its own."""

    key = models.CharField(_("key"), max_length=64, unique=True)
    settings = models.JSONField(_("settings"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    in_force = models.BooleanField(_("in force"), default=False)
    # While its ledger is being built: how many of 100 customers it has. Then it takes the other's place.
    progress = models.PositiveSmallIntegerField(_("progress"), null=True)
    seen = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("ruleset")
        verbose_name_plural = _("rulesets")
        constraints = [
            models.UniqueConstraint(
                fields=["in_force"], condition=Q(in_force=True), name="subscriptions_ruleset_one_in_force"
            )
        ]

    def __str__(self) -> str:
        return self.key
