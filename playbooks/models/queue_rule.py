from django.db import models
from django.utils.translation import gettext_lazy as _

from playbooks.models.work_item import Lane


class QueueRule(models.Model):
    """Puts a customer into the queue while a rule over attributes and measures holds, and takes them out after.

    What was worked rests: the same cause opens again for a customer only ``rest_days`` later, if it still holds.
    """

    key = models.SlugField(_("key"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120, help_text=_("What there is to do: “Win back their trust”."))
    rule = models.JSONField(_("rule"), help_text=_("Which customers: a rule over attributes and measures."))
    reasons = models.JSONField(
        _("measures that say why"),
        default=list,
        help_text=_("Keys of the measures whose values make the reason, the most telling first."),
    )
    lane = models.CharField(_("lane"), max_length=8, choices=Lane, default=Lane.RISK)
    due_in_days = models.PositiveSmallIntegerField(_("due in days"), default=7)
    rest_days = models.PositiveSmallIntegerField(_("days of rest once worked"), default=28)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("queue rule")
        verbose_name_plural = _("queue rules")
        ordering = ["lane", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def cause(self) -> str:
        """The cause that its work items carry."""
        return f"rule:{self.key}"
