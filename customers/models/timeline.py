from django.db import models

from accounts.models import User
from core.facts import append_only
from core.ids import uuid7
from customers.models.customer import Customer
from customers.models.text import Text


class TimelineEntry(models.Model):
    """One line of a customer's story, written downward by the app that makes the fact.

    ``kind`` names the sentence, ``values`` fills it: the words are made on the page, in the reader's language.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="timeline", db_index=False)
    at = models.DateTimeField()
    known_on = models.DateField()
    kind = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="customers_timeline_latest")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.kind} of {self.customer_id} at {self.at:%Y-%m-%d}"
