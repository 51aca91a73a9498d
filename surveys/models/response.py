from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from core.ids import uuid7
from core.models.event import CurrentTransaction
from customers.models import Contact, Customer, Text
from surveys.models.invitation import Invitation
from surveys.models.link import OpenLink
from surveys.models.survey import Survey
from surveys.querysets import ResponseQuerySet


class Response(Fact):
    """One answer. A changed answer is a new row; of one invitation the row known last counts. Without an
    invitation, ``amends`` says which row it takes the place of.

    An answer without a contact counts in the NPS, and in no rate and no measure. A withdrawn one counts nowhere: a
    robot gave it.
    """

    class Channel(models.TextChoices):
        PROGRAMME = "programme", _("asked by the programme")
        LINK = "link", _("by the open link")
        CSM = "csm", _("picked by a CSM")
        PHONE = "phone", _("taken by phone")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="responses")
    invitation = models.ForeignKey(Invitation, models.PROTECT, null=True, related_name="responses")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"))
    score = models.PositiveSmallIntegerField(_("score"))
    channel = models.CharField(_("channel"), max_length=9, choices=Channel, default=Channel.PROGRAMME)
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    link = models.ForeignKey(OpenLink, models.PROTECT, null=True, related_name="responses")
    amends = models.OneToOneField("self", models.PROTECT, null=True, related_name="amended_by")
    withdrawn = models.BooleanField(default=False, db_default=False)
    tx = models.BigIntegerField(db_default=CurrentTransaction(), null=True, editable=False, db_index=True)

    objects = ResponseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [models.CheckConstraint(condition=Q(score__lte=10), name="surveys_response_score")]
        indexes = [
            models.Index(fields=["customer", "day", "known_on"], name="surveys_response_as_of"),
            models.Index(fields=["survey", "day"], name="surveys_response_survey"),
            models.Index(fields=["day", "id"], name="surveys_response_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.score} on {self.day}"
