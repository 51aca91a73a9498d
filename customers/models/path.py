"""A customer's way with us: the hand-off from sales, and what was recorded of each stage of the implementation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.facts import Fact
from core.ids import uuid7
from customers.models.contact import Contact
from customers.models.customer import Customer
from customers.models.plan import StageReached
from customers.models.text import Text


class HandOff(Fact):
    """What sales tell of a customer as they hand them over. The latest known row counts.

    ``taken_over``: somebody of ours has read it and taken the customer on; only a complete one can be. Industry and
    size are the customer's own columns.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="hand_offs", db_index=False)
    situation = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    goals = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    promises = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    taken_over = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "-id"], name="customers_handoff_latest")]

    def __str__(self) -> str:
        return f"Hand-off of {self.customer_id} on {self.day}"


class StageRecord(Fact):
    """What was done in a stage: words, who was trained, and how satisfied they were, 1 to 5. They add up."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="stage_records", db_index=False)
    stage = models.CharField(_("stage"), max_length=8, choices=StageReached.Stage)
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    trained = models.ManyToManyField(Contact, related_name="+")
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "stage", "-id"], name="customers_stagerecord_latest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(satisfaction=None) | models.Q(satisfaction__range=(1, 5)),
                name="customers_stagerecord_one_to_five",
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.customer_id} on {self.day}"


class Document(models.Model):
    """A file that belongs to the record of a stage. It is kept in the database, and only ever downloaded."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    record = models.ForeignKey(StageRecord, models.PROTECT, related_name="documents")
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
