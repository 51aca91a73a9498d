from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from subscriptions.models.subscription import Plan


class PlanLimit(Fact):
    """What one unit of a plan holds from ``day`` on. The row known last counts. Nothing said of seats: a unit is one;
    nothing said of events: no limit."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="limits")
    seats = models.PositiveIntegerField(_("seats in a unit"), null=True, blank=True)
    events = models.PositiveBigIntegerField(_("events in 28 days in a unit"), null=True, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("limit of a plan")
        verbose_name_plural = _("limits of a plan")
        indexes = [models.Index(fields=["plan", "known_on", "id"], name="subscriptions_planlimit_latest")]

    def __str__(self) -> str:
        return f"{self.plan_id} from {self.day}"
