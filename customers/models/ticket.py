from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from core.ids import uuid7
from customers.models.customer import Customer


class Ticket(Fact):
    """A support case: when it was opened, and of what kind. What became of it is in its states."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="tickets", db_index=False)
    opened_at = models.DateTimeField(_("opened"))
    kind = models.CharField(_("kind"), max_length=40, blank=True)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "day", "known_on"], name="customers_ticket_as_of")]

    def __str__(self) -> str:
        return f"Ticket of {self.customer_id} on {self.day}"


class TicketState(Fact):
    """What was known of a ticket from a day on. The latest known row is the state."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="states", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    priority = models.CharField(_("priority"), max_length=16, blank=True)
    escalated = models.BooleanField(_("escalated"), default=False)
    closed_at = models.DateTimeField(_("closed"), null=True)
    first_response_minutes = models.PositiveIntegerField(_("first response (minutes)"), null=True)
    satisfaction = models.DecimalField(_("satisfaction"), max_digits=4, decimal_places=1, null=True)

    class Meta(Fact.Meta):
        indexes = [
            models.Index(fields=["ticket", "known_on", "id"], name="customers_ticketstate_latest"),
            models.Index(fields=["customer", "day", "known_on"], name="customers_ticketstate_as_of"),
        ]

    def __str__(self) -> str:
        return f"State of ticket {self.ticket_id} on {self.day}"
