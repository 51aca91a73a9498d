from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import AsOf
from core.ids import uuid7
from customers.models import Customer, Text


class OverrideQuerySet(models.QuerySet["Override"]):
    def as_of(self, at: AsOf) -> "OverrideQuerySet":
        """Those in force as of then, by what was known then."""
        taken_back = models.Q(withdrawn_on=None) | models.Q(withdrawn_on__gte=at.known_on)
        return self.filter(taken_back, day__lt=at.day, known_on__lt=at.known_on, ends_on__gte=at.day)


class Override(models.Model):
    """Somebody's own judgement in place of the computed score, with its reason, up to, not including, ``ends_on``."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    reason = models.ForeignKey(Text, models.PROTECT, related_name="+")
    day = models.DateField(_("from"))
    known_on = models.DateField(_("known on"))
    ends_on = models.DateField(_("ends"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(_("withdrawn"), null=True)
    end_told = models.BooleanField(default=False)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        ordering = ["-day", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gt=models.F("day")), name="health_override_ends_later"),
            models.CheckConstraint(condition=models.Q(score__range=(0, 100)), name="health_override_score"),
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(withdrawn_on=None, end_told=False), name="health_override_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score} of {self.customer_id} from {self.day}"
