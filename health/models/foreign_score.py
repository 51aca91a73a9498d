from django.db import models

from core.facts import Fact
from customers.models import Customer


class ForeignScore(Fact):
    """A score that another tool gave a customer, to be back-tested like ours."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    score = models.DecimalField(max_digits=12, decimal_places=4)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["name", "customer", "day"], name="health_foreignscore_as_of")]

    def __str__(self) -> str:
        return f"{self.name} {self.score} of {self.customer_id} on {self.day}"
