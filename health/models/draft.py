from django.db import models
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from health.models.scorecard import Scorecard


class ScorecardDraft(models.Model):
    """A definition on its way to be published; at most one for each scorecard."""

    scorecard = models.OneToOneField(Scorecard, models.CASCADE, related_name="draft")
    definition = models.JSONField(_("definition"))
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("draft of a scorecard")
        verbose_name_plural = _("drafts of scorecards")

    def __str__(self) -> str:
        return _g("%(scorecard)s, draft") % {"scorecard": self.scorecard}
