from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import append_only
from customers.models import Band, Customer
from health.models.scorecard import ScorecardVersion


class Score(models.Model):
    """The score of a customer from ``day`` on, until the next row: history keeps changes, not repetitions.

    ``parts`` holds what the score was made of: for each measure its value, points and effective weight.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    day = models.DateField(_("as of"))
    version = models.ForeignKey(ScorecardVersion, models.PROTECT, null=True, related_name="+")
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    band = models.CharField(_("band"), max_length=8, choices=Band)
    coverage = models.DecimalField(_("coverage"), max_digits=5, decimal_places=4)
    parts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "day"], name="health_score_once_a_day")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.score} of {self.customer_id} as of {self.day}"
