from django.db import models

from customers.models.contact import Contact
from customers.models.customer import Customer


class Text(models.Model):
    """Words by or about people. Facts point here, so that an erasure can blank the words and keep the fact."""

    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    body = models.TextField()

    def __str__(self) -> str:
        return self.body[:80]
