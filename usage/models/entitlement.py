from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from customers.models import Customer
from usage.models.feature import Feature


class Entitlement(Fact):
    """What a customer may use from ``day`` on: of a feature, or of the product where there is none. The row known last
    counts; nothing said in it is no limit. Without any, the seats are those of the customer's subscriptions."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    feature = models.ForeignKey(Feature, models.PROTECT, null=True, blank=True, related_name="+")
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    events = models.PositiveBigIntegerField(_("events in 28 days"), null=True, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        indexes = [models.Index(fields=["customer", "known_on", "id"], name="usage_entitlement_latest")]

    def __str__(self) -> str:
        return f"{self.customer_id} from {self.day}"
