from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.facts import Fact


class FxRate(Fact):
    """One unit of ``currency`` in the reporting currency on a day."""

    currency = models.CharField(_("currency"), max_length=3)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)

    class Meta(Fact.Meta):
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [models.CheckConstraint(condition=Q(rate__gt=0), name="subscriptions_fx_rate_positive")]
        indexes = [models.Index(fields=["currency", "-day", "-known_on", "-id"], name="subscriptions_fx_latest")]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate} on {self.day}"
