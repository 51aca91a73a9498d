from django.db import models

from core.facts import Fact
from core.models import Source
from customers.models import Customer


class FeedDay(Fact):
    """A day on which usage arrived from a source, and for how many customers. A day without a row was silent."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    customers = models.PositiveIntegerField()

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["source", "day", "known_on"], name="usage_feedday_as_of")]

    def __str__(self) -> str:
        return f"{self.source_id} on {self.day}"


class CustomerFeed(Fact):
    """From ``day`` on, a customer's usage comes from this source. Silence is judged against it."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "day", "known_on"], name="usage_customerfeed_as_of")]

    def __str__(self) -> str:
        return f"{self.customer_id} from {self.source_id}"


class Silence(models.Model):
    """That a source went quiet: nothing for longer than the settings of the intake allow. One is open at a time."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    last_on = models.DateField()
    noticed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=models.Q(ended_at=None), name="usage_silence_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.source_id} since {self.last_on}"
