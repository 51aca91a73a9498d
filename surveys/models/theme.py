from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.response import Response
from surveys.models.survey import Survey


class Theme(models.Model):
    """What several comments are about. Found by machine; named, and merged into another, by hand."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="themes")
    name = models.CharField(_("name"), max_length=120)
    words = ArrayField(models.CharField(max_length=60), default=list)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    named_by_hand = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Themed(models.Model):
    """The theme of one comment."""

    response = models.OneToOneField(Response, models.CASCADE, primary_key=True, related_name="themed")
    theme = models.ForeignKey(Theme, models.CASCADE, related_name="comments")

    def __str__(self) -> str:
        return f"{self.response_id}: {self.theme_id}"
