from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.models.measured import MeasuredField


class Band(models.TextChoices):
    GOOD = "good", _("Good")
    WATCH = "watch", _("Watch")
    RISK = "risk", _("Risk")
    UNKNOWN = "unknown", _("Not enough data")


USUAL = ["score", "score_change_30", "mrr", "mrr_at_risk", "renewal_on", "last_touch_on"]


class Standing(models.Model):
    """The latest value of every measure of a customer, in one row that lists filter and sort on.

    What lists sort by stands in columns; all measures stand in ``measured`` by key. Provisional: as of tomorrow.
    """

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="standing")
    as_of = models.DateField()
    mrr = models.DecimalField(_("MRR"), max_digits=18, decimal_places=6, default=0)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    score_change_30 = models.DecimalField(_("change in 30 days"), max_digits=5, decimal_places=2, null=True)
    band = models.CharField(_("health"), max_length=8, choices=Band, default=Band.UNKNOWN)
    coverage = models.DecimalField(_("coverage"), max_digits=5, decimal_places=4, null=True)
    churn_chance = models.DecimalField(_("chance to leave"), max_digits=6, decimal_places=5, null=True)
    mrr_at_risk = models.DecimalField(_("MRR at risk"), max_digits=18, decimal_places=6, default=0)
    renewal_on = models.DateField(_("renewal"), null=True)
    notice_on = models.DateField(_("last day to give notice"), null=True)
    last_touch_on = models.DateField(_("last touch"), null=True)
    last_usage_on = models.DateField(_("last used"), null=True)
    open_work_items = models.PositiveIntegerField(_("open tasks"), default=0)
    measured = MeasuredField(default=dict)

    class Meta:
        indexes = [
            # Who sees few customers has theirs sorted by a usual column without a look at the wide rows.
            models.Index(fields=["customer"], include=USUAL, name="customers_standing_usual"),
            models.Index(fields=["mrr", "customer"], name="customers_standing_mrr"),
            models.Index(fields=["score", "customer"], name="customers_standing_score"),
            models.Index(fields=["band", "mrr"], name="customers_standing_band"),
            models.Index(fields=["mrr_at_risk", "customer"], name="customers_standing_at_risk"),
            models.Index(fields=["renewal_on", "customer"], name="customers_standing_renewal"),
            models.Index(fields=["notice_on", "customer"], name="customers_standing_notice"),
            models.Index(fields=["last_touch_on", "customer"], name="customers_standing_touch"),
        ]

    def __str__(self) -> str:
        return f"Standing of {self.customer_id} as of {self.as_of}"

    @property
    def points_change_30(self) -> int | None:
        """The change in 30 days in whole points, as it is read beside scores: 59 → 60 is 1, also where 0.4 moved."""
        if self.score is None or self.score_change_30 is None:
            return None
        return round(self.score) - round(self.score - self.score_change_30)
