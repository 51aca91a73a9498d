from django.db import models
from django.utils.translation import gettext_lazy as _

from churn.models.reason import ChurnReason
from core.facts import Fact
from core.ids import uuid7
from customers.models import Customer, Text


class ChurnEvent(Fact):
    """Somebody recorded that, and why, a customer left. A correction is a new row; the one known last counts."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    reason = models.ForeignKey(ChurnReason, models.PROTECT, null=True, related_name="+")
    competitor = models.CharField(_("competitor"), max_length=120, blank=True)
    churn_kind = models.CharField(_("kind of churn"), max_length=11, blank=True)
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "day", "known_on"], name="churn_event_as_of")]

    def __str__(self) -> str:
        return f"Churn of {self.customer_id} on {self.day}"
