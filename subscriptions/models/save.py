from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.facts import Fact
from customers.models import Customer, Text
from subscriptions.models.subscription import ChurnKind, Subscription


class Save(Fact):
    """A customer who wanted to leave took less, a pause or another interval instead. ``day`` is when that begins.

    ``reason`` is the customer's own, ``our_reason`` the CSM's. Amounts are MRR in ``currency``.
    """

    class Kind(models.TextChoices):
        DOWNGRADE = "downgrade", _("smaller plan or fewer seats")
        PAUSE = "pause", _("pause")
        INTERVAL = "interval", _("other billing interval")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    before = models.DecimalField(_("MRR before"), max_digits=18, decimal_places=6)
    after = models.DecimalField(_("MRR after"), max_digits=18, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("the customer's reason"), max_length=60, blank=True)
    our_reason = models.CharField(_("our reason"), max_length=60, blank=True)
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.kind} of {self.customer_id} on {self.day}"


class ChurnCorrection(Fact):
    """Somebody said, and why, that a subscription ended otherwise than the rule had it. ``day`` is its end."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+")
    churn_kind = models.CharField(_("kind of churn"), max_length=11, choices=ChurnKind)
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.churn_kind} churn of {self.customer_id} on {self.day}"


class Card(Fact):
    """A card that invoices are paid with, and until when it is good. Of a customer, the one known last counts."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    label = models.CharField(_("card"), max_length=40, blank=True)
    expires_on = models.DateField(_("expires"))

    def __str__(self) -> str:
        return f"{self.label} of {self.customer_id} until {self.expires_on}"
