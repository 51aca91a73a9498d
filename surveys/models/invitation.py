from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from core.ids import uuid7
from core.models.event import CurrentTransaction
from customers.models import Contact, Customer
from surveys.models.survey import Survey


class Invitation(Fact):
    """One contact asked once. ``day`` is the day it was sent."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="invitations")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(_("sent"))
    tx = models.BigIntegerField(db_default=CurrentTransaction(), null=True, editable=False, db_index=True)

    class Meta(Fact.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [models.Index(fields=["customer", "day", "known_on"], name="surveys_invitation_as_of")]

    def __str__(self) -> str:
        return f"Invitation {self.uid}"
