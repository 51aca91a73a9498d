from django.db import models
from django.utils.translation import gettext_lazy as _

from playbooks.models.work_item import Lane
from surveys.models import Survey


class AnswerRule(models.Model):
    """Opens a task when somebody answers: which class of which survey, what there is to do, and by when."""

    class Class(models.TextChoices):
        PROMOTER = "promoter", _("promoters, the satisfied")
        PASSIVE = "passive", _("passives, the undecided")
        DETRACTOR = "detractor", _("detractors, the others")

    survey = models.ForeignKey(
        Survey,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("survey"),
        help_text=_("Empty: all NPS surveys."),
    )
    answer_class = models.CharField(_("answers of"), max_length=9, choices=Class, default=Class.DETRACTOR)
    title = models.CharField(_("title"), max_length=120, help_text=_("What there is to do: “Call them back”."))
    lane = models.CharField(_("lane"), max_length=8, choices=Lane, default=Lane.PROMISED)
    due_in_days = models.PositiveSmallIntegerField(_("due in days"), default=2)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("answer rule")
        verbose_name_plural = _("answer rules")
        ordering = ["answer_class", "pk"]

    def __str__(self) -> str:
        return self.title
