from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Text
from surveys.models.campaign import Ask
from surveys.models.link import OpenLink
from surveys.models.response import Response


class Look(models.Model):
    """Somebody, or something, opened a link. It says nothing about the contact; robots are known by many at once."""

    ask = models.ForeignKey(Ask, models.CASCADE, null=True, related_name="looks", db_index=False)
    link = models.ForeignKey(OpenLink, models.CASCADE, null=True, related_name="looks", db_index=False)
    at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    posted = models.BooleanField(default=False)
    who = models.CharField(max_length=16)  # a digest of address and browser

    class Meta:
        indexes = [
            models.Index(fields=["ask", "at"], name="surveys_look_ask"),
            models.Index(fields=["link", "at"], condition=~Q(link=None), name="surveys_look_link"),
        ]

    def __str__(self) -> str:
        return f"{self.ask_id or self.link_id} at {self.at}"


class Suspect(models.Model):
    """An answer that bears a robot's marks: put aside, shown, not counted, and in nobody's way.

    Whoever knows better may settle it: an accepted one became the answer ``response``, a refused one stays as it is.
    """

    class Verdict(models.TextChoices):
        OPEN = "", _("put aside")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    ask = models.ForeignKey(Ask, models.PROTECT, null=True, related_name="suspects")
    link = models.ForeignKey(OpenLink, models.PROTECT, null=True, related_name="suspects")
    at = models.DateTimeField(_("at"))
    score = models.PositiveSmallIntegerField(_("score"))
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    marks = ArrayField(models.CharField(max_length=20), default=list)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True, default="", db_default="")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    response = models.OneToOneField(Response, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("suspect answer")
        verbose_name_plural = _("suspect answers")

    def __str__(self) -> str:
        return f"{self.score} at {self.at}"
