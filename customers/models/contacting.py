from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from customers.models.contact import Contact
from customers.models.customer import Customer


def weekend() -> list[int]:
    return [5, 6]


class ContactPolicy(models.Model):
    """How often and when contacts may be written to by anything that writes to many. One for the installation."""

    survey_days = models.PositiveSmallIntegerField(
        _("days between two mails of one survey"), default=90, help_text=_("For one person. Reminders don't count.")
    )
    overall_days = models.PositiveSmallIntegerField(
        _("days between any two mails"), default=14, help_text=_("For one person, whatever the mails are about.")
    )
    from_hour = models.PositiveSmallIntegerField(
        _("not before (hour)"), default=9, validators=[MaxValueValidator(23)], help_text=_("In the contact's zone.")
    )
    until_hour = models.PositiveSmallIntegerField(
        _("not from (hour) on"), default=17, validators=[MaxValueValidator(24)], help_text=_("In the contact's zone.")
    )
    quiet_weekdays = models.JSONField(
        _("quiet weekdays"), default=weekend, blank=True, help_text=_("0 is Monday, 6 is Sunday: [5, 6].")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("contact policy")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="customers_policy_is_one"),
            models.CheckConstraint(
                condition=Q(from_hour__lt=F("until_hour")),
                name="customers_policy_hours",
                violation_error_message=_("The first hour lies before the last."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Contact policy"))

    @classmethod
    def current(cls) -> "ContactPolicy":
        return cls.objects.filter(id=1).first() or cls(id=1)


class ContactSend(Fact):
    """A mail to a contact that began to be handed over. The clocks of the contact policy run from here.

    ``about`` says what it belonged to (``survey:12``). ``mail`` is the outbox's own id of it: a second try is no
    second mail.
    """

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="sends", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("at"))
    about = models.CharField(max_length=60)
    reminder = models.BooleanField(default=False)
    mail = models.UUIDField(unique=True)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["contact", "about", "-at"], name="customers_send_clock")]

    def __str__(self) -> str:
        return f"{self.about} to {self.contact_id} at {self.at:%Y-%m-%d}"


class Suppression(models.Model):
    """An address that is not written to any more. It holds a digest: the address itself can be erased."""

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        BOUNCED = "bounced", _("mail came back")
        COMPLAINED = "complained", _("complained")
        BY_HAND = "by_hand", _("entered by hand")

    digest = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    at = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=Q(lifted_at=None), name="customers_suppression_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} · {self.digest[:8]}"
