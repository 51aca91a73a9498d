from django.db import models
from django.utils.translation import gettext_lazy as _


class ChurnReason(models.Model):
    """Why customers leave, in two levels: a reason, or a finer one below it."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    label = models.CharField(_("label"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("churn reason")
        verbose_name_plural = _("churn reasons")
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label
