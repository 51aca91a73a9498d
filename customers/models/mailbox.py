from django.db import models

from customers.models.customer import Customer
from customers.models.touchpoint import Touchpoint


class MailReceived(models.Model):
    """That a mail came to the address of this installation, so that it is filed once. Its words are in the touchpoint.

    ``digest`` is of its Message-ID. Nothing else of a mail is kept that belongs to nobody we know.
    """

    class State(models.TextChoices):
        FILED = "filed"
        UNKNOWN = "unknown"
        AUTOMATIC = "automatic"

    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    touchpoint = models.ForeignKey(Touchpoint, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "customer"], name="customers_mail_once",
                                               nulls_distinct=False)]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.state} at {self.at:%Y-%m-%d}"
