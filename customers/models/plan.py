from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.facts import Fact
from core.ids import uuid7
from customers.models.customer import Customer
from customers.models.text import Text


class StageReached(Fact):
    """A stage of the implementation that was reached on a day, or, not ``reached``, found not to be after all."""

    class Stage(models.TextChoices):
        KICK_OFF = "kick_off", _("Kick-off")
        SET_UP = "set_up", _("Set-up")
        TRAINING = "training", _("Training")
        GO_LIVE = "go_live", _("Go-live")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    stage = models.CharField(_("stage"), max_length=8, choices=Stage)
    reached = models.BooleanField(_("reached"), default=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "stage", "known_on"], name="customers_stage_as_of")]

    def __str__(self) -> str:
        return f"{self.stage} of {self.customer_id} on {self.day}"


class Goal(Fact):
    """Something that the customer wants to reach with us: from ``baseline`` to ``target``, up or down.

    With a ``measure`` its values come from that, each night on which it moved; else by hand.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    words = models.ForeignKey(Text, models.PROTECT, related_name="+")
    baseline = models.DecimalField(_("at the start"), max_digits=18, decimal_places=4)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4)
    due_on = models.DateField(_("by"), null=True)
    measure = models.CharField(_("measure"), max_length=60, blank=True, db_default="")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "day"], name="customers_goal_of_customer")]

    def __str__(self) -> str:
        return f"Goal of {self.customer_id} from {self.day}"


class GoalValue(Fact):
    """Where a goal stood on a day; ``dropped``: it is no goal any more."""

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="values", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    dropped = models.BooleanField(_("dropped"), default=False)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["goal", "day", "known_on"], name="customers_goalvalue_as_of")]

    def __str__(self) -> str:
        return f"{self.value} of goal {self.goal_id} on {self.day}"


class Pulse(Fact):
    """How one of us feels about a customer, 1 (badly) to 5 (well), with the reason; stale from ``expires_on``."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    feeling = models.PositiveSmallIntegerField(_("feeling"))
    reason = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    expires_on = models.DateField(_("stale from"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "day", "known_on"], name="customers_pulse_as_of")]
        constraints = [
            models.CheckConstraint(condition=models.Q(feeling__range=(1, 5)), name="customers_pulse_one_to_five")
        ]

    def __str__(self) -> str:
        return f"{self.feeling} of {self.customer_id} on {self.day}"
