from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import uuid7
from customers.models import Customer, Text


class SignalRule(models.Model):
    """When a signal opens: while a rule holds for so many days in a row. It clears when the rule does."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    rule = models.JSONField(_("rule"))
    hold_days = models.PositiveSmallIntegerField(_("held for days"), default=1)
    # More new ones in a night than this share of the book say more of the rule, or the data, than of customers.
    most_share = models.DecimalField(_("at most this share of the book a day"), max_digits=4, decimal_places=3)
    is_on = models.BooleanField(_("on"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("signal rule")
        verbose_name_plural = _("signal rules")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class SignalHold(models.Model):
    """Since which night a rule has held for a customer without a break."""

    rule = models.ForeignKey(SignalRule, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "customer"], name="health_signalhold_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} holds for {self.customer_id} since {self.since}"


class Signal(models.Model):
    """A rule that holds for a customer. ``cause`` are the measures that it reads, with their values when it opened."""

    class Outcome(models.TextChoices):
        NONE = "", _("open")
        CLEARED = "cleared", _("cleared")
        DISMISSED = "dismissed", _("dismissed")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    rule = models.ForeignKey(SignalRule, models.PROTECT, related_name="signals")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    opened_on = models.DateField(_("opened"))
    closed_on = models.DateField(_("closed"), null=True)
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.NONE, blank=True)
    cause = models.JSONField(default=dict)
    mrr_at_risk = models.DecimalField(_("MRR at risk"), max_digits=18, decimal_places=6, null=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True)
    reason = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        ordering = ["-opened_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "customer"], condition=models.Q(closed_on=None), name="health_signal_one_open"
            )
        ]
        indexes = [models.Index(fields=["customer", "opened_on"], name="health_signal_of_customer")]

    def __str__(self) -> str:
        return f"{self.rule_id} of {self.customer_id} from {self.opened_on}"


class SignalDay(models.Model):
    """One night of a rule. ``held``: so many were new that none was opened until somebody looked."""

    rule = models.ForeignKey(SignalRule, models.CASCADE, related_name="days")
    day = models.DateField()
    book = models.PositiveIntegerField()
    new = models.PositiveIntegerField()
    held = models.BooleanField(default=False)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "day"], name="health_signalday_once")]

    def __str__(self) -> str:
        return f"{self.new} new of {self.rule_id} on {self.day}"
