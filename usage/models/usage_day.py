from django.db import models

from customers.models import Customer
from usage.models.feature import Feature


class UsageDay(models.Model):
    """What one customer did with one feature on one day. Rows of one (customer, feature, day) add up.

    A late event appends a row with the difference. The feature with the empty key is the day over all features.
    ``users`` is the day's own count and does not add up over days or features: windows read ``UsagePerson``.
    Partitioned by ``day`` (month).
    """

    pk = models.CompositePrimaryKey("customer", "feature", "day", "known_on")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    feature = models.ForeignKey(Feature, models.PROTECT, related_name="+")
    day = models.DateField()
    known_on = models.DateField()
    events = models.IntegerField()
    users = models.IntegerField(null=True)
    errors = models.IntegerField(default=0)

    class Meta:
        managed = False
        db_table = "usage_usageday"

    def __str__(self) -> str:
        return f"{self.customer_id} used {self.feature_id} on {self.day}"
