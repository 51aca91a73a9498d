from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from core.ids import uuid7
from customers.models.customer import Customer


class ContactRole(models.TextChoices):
    CHAMPION = "champion", _("Champion")
    DECISION_MAKER = "decision_maker", _("Decision maker")
    USER = "user", _("User")
    BILLING = "billing", _("Billing")


class Contact(models.Model):
    """A person at a customer. With texts, the only place where personal data lives."""

    class Consent(models.TextChoices):
        UNKNOWN = "unknown", _("not asked")
        GIVEN = "given", _("given")
        WITHDRAWN = "withdrawn", _("withdrawn")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts")
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=16, choices=ContactRole, default=ContactRole.USER)
    consent = models.CharField(_("consent"), max_length=10, choices=Consent, default=Consent.UNKNOWN)
    language = models.CharField(_("language"), max_length=16, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    left_on = models.DateField(_("left the company"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["email"], name="customers_contact_email"),
            models.Index(fields=["name", "id"], name="customers_contact_name"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="customers_contact_name_like"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="customers_contact_email_like"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or gettext("somebody who was erased")


class ContactChange(Fact):
    """The role of a contact from a day on, and whether they had left by then."""

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="changes")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=16, choices=ContactRole)
    left = models.BooleanField(default=False)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "contact", "day", "known_on"], name="customers_contact_as_of")]

    def __str__(self) -> str:
        return f"{self.role} {self.contact_id} from {self.day}"
