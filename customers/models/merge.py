from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.clock import AsOf
from customers.models.customer import Customer
from customers.querysets import MergeQuerySet


class Merge(models.Model):
    """From a day on, two records are known to be one customer. Facts keep theirs; reads group by the canonical one.

    Read through the view ``customers_canonical`` (from_id, into_id, known_on, undone_on).
    """

    from_customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    into_customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    known_on = models.DateField()
    undone_on = models.DateField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken = models.JSONField(default=dict, db_default={})  # name of a value: [before, after]

    objects = MergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(from_customer=F("into_customer")), name="customers_merge_of_two"),
            models.UniqueConstraint(
                fields=["from_customer"], condition=Q(undone_on=None), name="customers_merge_into_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_customer_id} is {self.into_customer_id} since {self.known_on}"

    def is_known(self, at: AsOf) -> bool:
        """Whether it was known, and not yet undone, as of ``at``: as ``Merge.objects.known`` asks the database."""
        return self.known_on < at.known_on and (self.undone_on is None or self.undone_on >= at.known_on)
