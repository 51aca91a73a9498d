from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.facts import Fact
from core.ids import uuid7
from customers.models.contact import Contact
from customers.models.customer import Customer
from customers.models.text import Text


class Touchpoint(Fact):
    """A contact between a customer and us. Only a two-way one counts as touch in health."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MAIL = "mail", _("Mail")
        MEETING = "meeting", _("Meeting")
        NOTE = "note", _("Note")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="touchpoints", db_index=False)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    two_way = models.BooleanField(_("two-way"), default=False)
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "day", "known_on"], name="customers_touchpoint_as_of")]

    def __str__(self) -> str:
        return f"{self.kind} with {self.customer_id} on {self.day}"


class TouchpointTakenBack(Fact):
    """That a touchpoint was logged by mistake: from ``known_on`` on it counts no more. ``day`` is the touchpoint's."""

    touchpoint = models.OneToOneField(Touchpoint, models.PROTECT, related_name="taken_back")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        pass

    def __str__(self) -> str:
        return f"Touchpoint {self.touchpoint_id} taken back"
