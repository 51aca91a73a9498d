from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import append_only
from customers.models import Band, Customer
from health.models.scorecard import ScorecardVersion


class Score(models.Model):
    """The score of a customer as of ``day`` and on, until the next row: history keeps changes, not repetitions.

    ``values`` are the measures' values in the order of the version's definition, null where missing: with the
    version, which never changes, they give the score again. A customer who is no longer scored, because no
    subscription is in force, gets a row without a version.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    day = models.DateField(_("as of"))
    version = models.ForeignKey(ScorecardVersion, models.PROTECT, null=True, related_name="+")
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    band = models.CharField(_("band"), max_length=8, choices=Band)
    coverage = models.DecimalField(_("coverage"), max_digits=5, decimal_places=4)
    values = models.JSONField(default=list)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [models.UniqueConstraint(fields=["customer", "day"], name="health_score_once_a_day")]
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
