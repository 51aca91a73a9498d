from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from core.ids import uuid7
from customers.models import Customer
from subscriptions.models.subscription import Subscription


class Invoice(Fact):
    """What a customer was asked to pay. What became of it is in its states. ``day`` is the day of issue."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    subscription = models.ForeignKey(Subscription, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(_("due"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta(Fact.Meta):
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="subscriptions_invoice_amount")]
        indexes = [models.Index(fields=["customer", "day", "known_on"], name="subscriptions_invoice_as_of")]

    def __str__(self) -> str:
        return f"Invoice of {self.customer_id} on {self.day}"


class InvoiceState(Fact):
    """What was known of an invoice from a day on. The latest known row is the state."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        FAILED = "failed", _("payment failed")
        PAID = "paid", _("paid")
        VOID = "void", _("void")
        UNCOLLECTIBLE = "uncollectible", _("written off")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="states", db_index=False)
    # The invoice's: it is written from there.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    status = models.CharField(_("status"), max_length=13, choices=Status)
    paid_on = models.DateField(_("paid"), null=True)
    failed_attempts = models.PositiveSmallIntegerField(_("failed attempts"), default=0)

    class Meta(Fact.Meta):
        indexes = [
            models.Index(fields=["invoice", "known_on", "id"], name="subscriptions_inv_state_latest"),
            models.Index(fields=["customer", "day", "known_on"], name="subscriptions_inv_state_as_of"),
        ]

    def __str__(self) -> str:
        return f"Invoice {self.invoice_id} {self.status} on {self.day}"
