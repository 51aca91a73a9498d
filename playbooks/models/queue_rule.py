from django.db import models
from django.utils.translation import gettext_lazy as _

from playbooks.models.work_item import Lane


class QueueRule(models.Model):
    """Puts a customer into the queue while a rule over attributes and measures holds, and takes them out after."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    rule = models.JSONField(_("rule"))
    reasons = models.JSONField(_("measures that say why"), default=list)
    lane = models.CharField(_("lane"), max_length=8, choices=Lane, default=Lane.RISK)
    due_in_days = models.PositiveSmallIntegerField(_("due in days"), default=7)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("queue rule")
        verbose_name_plural = _("queue rules")
        ordering = ["lane", "title"]

    def __str__(self) -> str:
        return self.title
