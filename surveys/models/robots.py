from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Text
from surveys.models.campaign import Ask


class Look(models.Model):
    """Somebody, or something, opened a link. It says nothing about the contact; robots are known by many at once."""

    ask = models.ForeignKey(Ask, models.CASCADE, related_name="looks", db_index=False)
    at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    posted = models.BooleanField(default=False)
    who = models.CharField(max_length=16)  # a digest of address and browser

    class Meta:
        indexes = [models.Index(fields=["ask", "at"], name="surveys_look_ask")]

    def __str__(self) -> str:
        return f"{self.ask_id} at {self.at}"


class Suspect(models.Model):
    """An answer that bears a robot's marks: put aside, shown, not counted, and in nobody's way."""

    ask = models.ForeignKey(Ask, models.PROTECT, related_name="suspects")
    at = models.DateTimeField(_("at"))
    score = models.PositiveSmallIntegerField(_("score"))
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    marks = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        verbose_name = _("suspect answer")
        verbose_name_plural = _("suspect answers")

    def __str__(self) -> str:
        return f"{self.score} at {self.at}"
