from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import uuid7
from customers.models import Customer, Text


class Risk(models.Model):
    """A named risk of a customer: why they may leave, what is done about it and by whom, and how it ended."""

    class Outcome(models.TextChoices):
        OPEN = "", _("open")
        AVERTED = "averted", _("averted")
        HAPPENED = "happened", _("happened")
        MISTAKEN = "mistaken", _("was none")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    # A reason of the churn tree by its key: the tree stands on a higher floor.
    reason = models.SlugField(_("reason"), max_length=60)
    words = models.ForeignKey(Text, models.PROTECT, related_name="+")
    mitigation = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    review_on = models.DateField(_("review on"))
    opened_on = models.DateField(_("opened"))
    closed_on = models.DateField(_("closed"), null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN, blank=True)

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        ordering = ["review_on", "id"]
        indexes = [models.Index(fields=["closed_on", "review_on"], name="health_risk_to_review")]

    def __str__(self) -> str:
        return f"Risk of {self.customer_id} from {self.opened_on}"

    @property
    def state(self) -> str:
        """What it says now, as one word: who changes it says which they saw."""
        said = (self.reason, self.words_id, self.mitigation_id, self.owner_id, self.review_on)
        return " ".join(str(one) for one in said)
