from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.facts import Fact
from customers.models.customer import Customer

BUILT_IN = (
    "name",
    "domain",
    "industry",
    "country",
    "employees",
    "stage",
    "language",
    "time_zone",
    "owner",
    "team",
    "parent",
    "created_on",
)
KEY = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
PLAIN = _("Write a key with small letters, figures and single underscores, a letter first.")
TAKEN = _("Every customer has this already: choose another key.")


class Attribute(models.Model):
    """A property of customers that this company tracks beside the built-in ones."""

    class Type(models.TextChoices):
        TEXT = "text", _("text")
        NUMBER = "number", _("number")
        DATE = "date", _("date")
        YES_NO = "yes_no", _("yes or no")

    class Nature(models.TextChoices):
        CHANGING = "changing", _("changes over time: known from its load")
        CONSTANT = "constant", _("never changes: known from the customer's first day")
        OUTCOME = "outcome", _("an outcome: enters no measure, score or model")

    key = models.SlugField(_("key"), max_length=60, unique=True)
    label = models.CharField(_("label"), max_length=120)
    type = models.CharField(_("type"), max_length=8, choices=Type, default=Type.TEXT)
    nature = models.CharField(_("nature"), max_length=8, choices=Nature, default=Nature.CHANGING)

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["label", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(key__regex=KEY), name="customers_attribute_key", violation_error_message=PLAIN
            ),
            models.CheckConstraint(
                condition=~Q(key__in=BUILT_IN), name="customers_attribute_own", violation_error_message=TAKEN
            ),
        ]

    def __str__(self) -> str:
        return self.label


class AttributeChange(Fact):
    """The value of one attribute, built-in or own, from a day on."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="attribute_changes")
    key = models.CharField(max_length=60)
    value = models.JSONField(null=True)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["key", "customer", "day", "known_on"], name="customers_attribute_as_of")]

    def __str__(self) -> str:
        return f"{self.key} of {self.customer_id} from {self.day}"
