from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import uuid7


class Survey(models.Model):
    """What is asked. ``texts`` is ``{language: {phrase: text}}``; what is not said there is said by ``words.py``.

    While live, contacts see the last edition, never the draft.
    """

    class Kind(models.TextChoices):
        NPS = "nps", _("NPS")
        CSAT = "csat", _("CSAT")
        CES = "ces", _("CES")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        CLOSED = "closed", _("closed")

    class Nature(models.TextChoices):
        SERVICE = "service", _("service: goes unless it was declined")
        MARKETING = "marketing", _("marketing: only to who agreed")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.NPS)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.DRAFT, db_default=State.DRAFT)
    nature = models.CharField(
        _("nature"), max_length=9, choices=Nature, default=Nature.SERVICE, db_default=Nature.SERVICE
    )
    texts = models.JSONField(_("texts"), default=dict, db_default={}, blank=True)
    languages = models.JSONField(_("languages"), default=list, db_default=[], blank=True)
    sender_name = models.CharField(_("sender"), max_length=120, blank=True, default="", db_default="")
    reply_to = models.EmailField(_("reply to"), blank=True, default="", db_default="")
    valid_days = models.PositiveSmallIntegerField(
        _("days to answer"),
        default=30,
        db_default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("From the day of the mail on."),
    )
    reminder_days = models.PositiveSmallIntegerField(
        _("remind after days"), default=5, db_default=5, help_text=_("Once, who has not answered. 0: never.")
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def about(self) -> str:
        """How the contact policy calls its mails."""
        return f"survey:{self.pk}"


class Edition(models.Model):
    """What contacts see, frozen when it was published: by language the texts, and the mail with its styles inlined."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    published_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="surveys_edition_number")]
        ordering = ["survey", "-number"]

    def __str__(self) -> str:
        return f"{self.survey_id}/{self.number}"
