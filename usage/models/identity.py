from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Source
from customers.models import Contact, Customer
from usage.models.feature import Feature
from usage.models.mapping import EventName


class Clue(models.TextChoices):
    """What of an event names a customer."""

    ID = "id", _("id")
    DOMAIN = "domain", _("e-mail domain")


class Attachment(models.Model):
    """Somebody's word that an id or a domain, as a source gives it, is this customer."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    clue = models.CharField(max_length=6, choices=Clue)
    value = models.CharField(max_length=200)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "clue", "value"], name="usage_attachment_once")]

    def __str__(self) -> str:
        return f"{self.value} is {self.customer_id}"


class Person(models.Model):
    """What is known of a person of a source, by hash: the company they were last seen with, their address (a hash),
    and the person they turned out to be."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    person = models.BigIntegerField()
    is_person = models.BigIntegerField(null=True)
    group_id = models.CharField(max_length=200, blank=True)
    domain = models.CharField(max_length=200, blank=True)
    email = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "person"], name="usage_person_once")]
        indexes = [models.Index(fields=["email"], name="usage_person_email")]

    def __str__(self) -> str:
        return f"{self.person}"


class ContactPerson(models.Model):
    """Under which hash a contact may turn up in usage: that of their address, and of their id at a source."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    person = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "contact"], name="usage_contactperson_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} as {self.person}"


class Stranger(models.Model):
    """Somebody whose customer is not known, with all that may still tell it. Their use waits in ``StrangerDay``."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    person = models.BigIntegerField(default=0)
    group_id = models.CharField(max_length=200, blank=True)
    context_id = models.CharField(max_length=200, blank=True)
    trait_id = models.CharField(max_length=200, blank=True)
    domain = models.CharField(max_length=200, blank=True)
    email = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "person", "group_id", "context_id", "trait_id", "domain", "email"],
                name="usage_stranger_once",
            )
        ]

    def __str__(self) -> str:
        return self.group_id or self.context_id or self.trait_id or self.domain or f"{self.person}"


class StrangerDay(models.Model):
    """What a stranger did on a day. It goes to the customer once they are known."""

    stranger = models.ForeignKey(Stranger, models.CASCADE, related_name="days")
    name = models.ForeignKey(EventName, models.PROTECT, null=True, related_name="+")
    feature = models.ForeignKey(Feature, models.PROTECT, null=True, related_name="+")
    day = models.DateField()
    events = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stranger", "name", "feature", "day"], nulls_distinct=False, name="usage_strangerday_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stranger_id} on {self.day}"


class RollupPosition(models.Model):
    """How far the events have been counted. One row."""

    tx = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="usage_rollupposition_is_one")]

    def __str__(self) -> str:
        return f"{self.tx}/{self.event_id}"
