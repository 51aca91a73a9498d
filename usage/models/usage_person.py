from django.db import models

from customers.models import Customer
from usage.models.feature import Feature


class UsagePerson(models.Model):
    """The days of one month on which one person was active: bit 0 of ``days`` is the first of the month.

    The person is a hash. Rows of one (customer, person, month) are joined by OR. Every count of users over a window
    reads this table only.
    """

    pk = models.CompositePrimaryKey("customer", "person", "month", "known_on")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    person = models.BigIntegerField()
    month = models.DateField()
    known_on = models.DateField()
    days = models.IntegerField()

    class Meta:
        managed = False
        db_table = "usage_usageperson"

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month:%Y-%m}"


class UsageFeaturePerson(models.Model):
    """The same for one feature: on which days of the month a person used it. ``taken`` are days that an earlier row
    gave and that, by other rules, count as the use of something else; what is known last counts."""

    pk = models.CompositePrimaryKey("customer", "feature", "person", "month", "known_on")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    feature = models.ForeignKey(Feature, models.PROTECT, related_name="+")
    person = models.BigIntegerField()
    month = models.DateField()
    known_on = models.DateField()
    days = models.IntegerField()
    taken = models.IntegerField(default=0)

    class Meta:
        managed = False
        db_table = "usage_usagefeatureperson"

    def __str__(self) -> str:
        return f"{self.customer_id} {self.feature_id} {self.month:%Y-%m}"
