from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from subscriptions.models.ruleset import Ruleset


class MrrMovement(models.Model):
    """The change of one customer's MRR on one day, in the reporting currency, by what was known on ``known_on``.

    Append-only. A day that came to be known differently gets a new row, known later; of each (customer, day) the
    row known last (and of one day's, the last revision) is in force. A row that takes another's place has
    ``replaces``, so that readers look for later rows among few. Kind none without FX says that nothing happened.
    ``amount`` = after − before = price + seats + plan_change + cross_sell + discount (signed); ``fx`` is the
    restatement of what was carried into the day, and stands outside ``amount``. ``kept``: MRR ended, but a free or
    paused subscription goes on.
    Partitioned by ruleset (list).
    """

    class Kind(models.TextChoices):
        NONE = "none", _("none")
        NEW = "new", _("new")
        EXPANSION = "expansion", _("expansion")
        CONTRACTION = "contraction", _("contraction")
        CHURN = "churn", _("churn")
        REACTIVATION = "reactivation", _("reactivation")

    pk = models.CompositePrimaryKey("ruleset", "customer", "day", "known_on", "revision")
    ruleset = models.ForeignKey(Ruleset, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    known_on = models.DateField(_("known on"))
    revision = models.PositiveSmallIntegerField(default=0)
    replaces = models.BooleanField(default=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    before = models.DecimalField(_("before"), max_digits=18, decimal_places=6)
    after = models.DecimalField(_("after"), max_digits=18, decimal_places=6)
    fx = models.DecimalField(_("FX"), max_digits=18, decimal_places=6, default=0)
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=6, default=0)
    seats = models.DecimalField(_("seats"), max_digits=18, decimal_places=6, default=0)
    plan_change = models.DecimalField(_("plan"), max_digits=18, decimal_places=6, default=0)
    cross_sell = models.DecimalField(_("cross-sell"), max_digits=18, decimal_places=6, default=0)
    discount = models.DecimalField(_("discount"), max_digits=18, decimal_places=6, default=0)
    churn_kind = models.CharField(_("kind of churn"), max_length=11, blank=True)
    kept = models.BooleanField(_("still a customer"), default=False)
    versions = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        managed = False
        db_table = "subscriptions_mrrmovement"

    def __str__(self) -> str:
        return f"{self.kind} of {self.customer_id} on {self.day}"
