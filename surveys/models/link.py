from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import uuid7
from customers.models import Customer
from surveys.models.survey import Survey


class OpenLink(models.Model):
    """A survey's address for many: anybody who has it may answer, and nobody knows who did.

    With a customer its answers are that customer's. There is one of each at a time; a new one closes the one before.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="links", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("made"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("open link")
        verbose_name_plural = _("open links")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "customer"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="surveys_link_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} for {self.customer_id or 'everybody'}"


class LinkUse(models.Model):
    """How often one address has answered by a link since a while ago: so that a flood of answers can be turned away."""

    link = models.ForeignKey(OpenLink, models.CASCADE, related_name="+", db_index=False)
    who = models.CharField(max_length=16)  # a digest of the address
    since = models.DateTimeField(db_index=True)
    answers = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "who"], name="surveys_link_use_once")]

    def __str__(self) -> str:
        return f"{self.answers} by {self.link_id}"
