from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from core.addresses import address
from core.facts import Fact
from core.ids import uuid7
from customers.querysets import CustomerQuerySet


class Customer(models.Model):
    """A company we serve. Its columns are the latest values; how they came about is in ``AttributeChange``."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(_("domain"), max_length=200, blank=True)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    stage = models.CharField(_("stage"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner"))
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    created_on = models.DateField(_("customer since"))
    known_on = models.DateField(_("known on"))
    archived_on = models.DateField(_("archived"), null=True, blank=True)
    attributes = models.JSONField(_("own attributes"), default=dict, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"], name="customers_customer_name"),
            # A team's customers are found, and counted, without a look at their rows.
            models.Index(fields=["team", "owner"], include=["id", "archived_on"], name="customers_customer_book"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="customers_customer_name_like"),
            GinIndex(OpClass(Upper("domain"), name="gin_trgm_ops"), name="customers_customer_domain_like"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("desk:customer", self.uid)


class CustomerRole(Fact):
    """Who of us served a customer in a role from a day on; nobody, where ``user`` is empty."""

    class Role(models.TextChoices):
        CSM = "csm", _("Customer success manager")
        ACCOUNT_MANAGER = "account_manager", _("Account manager")
        IMPLEMENTER = "implementer", _("Implementer")
        SPONSOR = "sponsor", _("Sponsor")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="roles", db_index=False)
    role = models.CharField(_("role"), max_length=16, choices=Role)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["customer", "role", "day", "known_on"], name="customers_role_as_of")]

    def __str__(self) -> str:
        return f"{self.role} of {self.customer_id} from {self.day}"
