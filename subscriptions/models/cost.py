from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import Fact


class Cost(Fact):
    """What acquiring or serving customers cost in one month. ``day`` is the month's first day."""

    class Kind(models.TextChoices):
        ACQUISITION = "acquisition", _("acquisition")
        SERVICE = "service", _("service")

    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta(Fact.Meta):
        verbose_name = _("cost")
        verbose_name_plural = _("costs")

    def __str__(self) -> str:
        return f"{self.kind} {self.day:%Y-%m}"
