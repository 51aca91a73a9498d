from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import append_only
from customers.models import Band, Customer
from health.models.scorecard import ScorecardVersion


class Score(models.Model):
    """The computed score of a customer as of ``day`` and on, until the next row: changes, not repetitions.

    Nothing that can be had again is kept: the values behind a score are replayed from the facts, and its one index is
    its key. A customer who is no longer scored, because no subscription is in force, gets a row without a version.
    """

    pk = models.CompositePrimaryKey("customer_id", "day")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField(_("as of"))
    version = models.ForeignKey(ScorecardVersion, models.PROTECT, null=True, related_name="+", db_index=False)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    band = models.CharField(_("band"), max_length=8, choices=Band)
    coverage = models.DecimalField(_("coverage"), max_digits=5, decimal_places=4)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.score} of {self.customer_id} as of {self.day}"


class BandRecord(models.Model):
    """What became of the customers of a band in the twelve months before a month began; "" for all bands together.

    Of ``customers`` seen, each at the start of a 90-day window, ``churned`` were gone by its end.
    """

    month = models.DateField()
    band = models.CharField(max_length=8, choices=Band, blank=True)
    customers = models.PositiveIntegerField()
    churned = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "band"], name="health_bandrecord_once")]

    def __str__(self) -> str:
        return f"{self.band or 'all'} {self.month:%Y-%m}: {self.churned} of {self.customers}"
