from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import uuid7
from customers.models import Contact, ContactRole, Customer, SavedFilter
from surveys.models.survey import Edition, Survey


class Campaign(models.Model):
    """Whom a survey asks, and when. Each night, and when it starts, those whose turn has come are planned."""

    class Timing(models.TextChoices):
        ONCE = "once", _("once")
        RECURRING = "recurring", _("again every so many days")
        RENEWAL = "renewal", _("so many days before renewal")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        RUNNING = "running", _("running")
        ENDED = "ended", _("ended")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="campaigns")
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT)
    timing = models.CharField(_("timing"), max_length=9, choices=Timing, default=Timing.ONCE)
    filter = models.ForeignKey(
        SavedFilter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customers")
    )
    # Beside the saved filter: conditions of this campaign alone.
    rule = models.JSONField(_("only those for whom"), null=True, blank=True)
    roles = ArrayField(
        models.CharField(max_length=16, choices=ContactRole), default=list, blank=True, verbose_name=_("roles")
    )
    sample = models.PositiveIntegerField(
        _("sample"), null=True, blank=True, help_text=_("So many contacts, drawn by chance. Empty: all.")
    )
    starts_on = models.DateField(_("starts"))
    spread_days = models.PositiveSmallIntegerField(
        _("spread over days"), default=1, help_text=_("The mails leave in even parts on so many days.")
    )
    every_days = models.PositiveSmallIntegerField(_("every … days"), null=True, blank=True)
    days_before = models.PositiveSmallIntegerField(_("days before renewal"), null=True, blank=True)
    wait_days = models.PositiveSmallIntegerField(
        _("days to wait for whom is held back"), default=30, help_text=_("After that their mail expires.")
    )
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.survey} · {self.get_timing_display()}"


class Ask(models.Model):
    """One contact to be asked once: from its planning until the mail left, or why it did not.

    The invitation, which is a fact, is written when the mail has left, and has the same ``uid``.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        HELD = "held", _("held back")
        SENT = "sent", _("sent")
        UNCERTAIN = "uncertain", _("uncertain")
        FAILED = "failed", _("refused")
        EXPIRED = "expired", _("expired")
        NEVER = "never", _("not to be written to")
        LINK = "link", _("link handed out")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="asks", db_index=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="asks", db_index=False)
    round = models.DateField(null=True)
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=60, blank=True, default="", db_default="")
    due_at = models.DateTimeField(_("due"), null=True)
    expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    returned = models.CharField(max_length=10, blank=True, default="", db_default="")
    valid_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "contact", "round"], name="surveys_ask_once_a_round")
        ]
        indexes = [
            models.Index(fields=["survey", "state", "due_at"], name="surveys_ask_state"),
            models.Index(fields=["customer"], name="surveys_ask_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} to {self.contact_id}"


class Token(models.Model):
    """The digest of a token that a mail carries: useless to whoever reads the table."""

    digest = models.CharField(max_length=64, unique=True)
    ask = models.ForeignKey(Ask, models.CASCADE, related_name="tokens")
    purpose = models.CharField(max_length=12)
    number = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.purpose} {self.ask_id}/{self.number}"
