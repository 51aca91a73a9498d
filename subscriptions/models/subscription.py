from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.facts import append_only
from core.ids import uuid7
from customers.models import Customer


class Interval(models.TextChoices):
    WEEK = "week", _("week")
    MONTH = "month", _("month")
    QUARTER = "quarter", _("quarter")
    HALF_YEAR = "half_year", _("half-year")
    YEAR = "year", _("year")


class ChurnKind(models.TextChoices):
    VOLUNTARY = "voluntary", _("voluntary")
    INVOLUNTARY = "involuntary", _("involuntary")


class Cause(models.TextChoices):
    """What had a version written, where nobody agreed to it."""

    NONE = "", ""
    INVOICE = "invoice", _("an unpaid invoice")
    METER = "meter", _("what was metered")
    SAVE = "save", _("a save")
    HAND = "hand", _("a correction by hand")


class Plan(models.Model):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A line of business with a customer. What was agreed, and when, is in its versions."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [models.Index(fields=["customer", "id"], name="subscriptions_of_customer")]

    def __str__(self) -> str:
        return f"Subscription {self.uid}"


class SubscriptionVersion(models.Model):
    """What was agreed from ``starts_on`` up to, not including, ``ends_on``.

    Append-only. A correction, or an end that became known, is a new row with the same ``number`` and a later
    ``known_on``: of each (subscription, number) the row known last is the one in force. ``term_ends_on`` is known
    from the start; ``ends_on`` stands only in rows from the day it was known.

    ``amount`` is per interval, for all units, after ``discount``; a discount that ends raises it by itself. ``mrr`` is
    of the amount, and 0 of a paused one; what counts under a ruleset is in ``subscriptions.queries.spans``.
    Of a ``metered`` one, ``amount`` is the committed minimum and ``metered_mean`` the mean month of what was billed.
    ``past_due_on`` is the due day of the invoice whose dunning window ended it.
    """

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="versions", db_index=False)
    # The subscription's: it is written from there, so the database need not check it again for each of millions.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    number = models.PositiveIntegerField()
    known_on = models.DateField(_("known on"))
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+", db_index=False)
    interval = models.CharField(_("billed every"), max_length=9, choices=Interval)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, default=1)
    amount = models.DecimalField(_("amount per interval"), max_digits=18, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    mrr = models.DecimalField(_("MRR"), max_digits=18, decimal_places=6)
    discount = models.DecimalField(_("discount per interval"), max_digits=18, decimal_places=4, default=0, db_default=0)
    discount_ends_on = models.DateField(_("discount ends"), null=True)
    paused = models.BooleanField(_("paused"), default=False, db_default=False)
    metered = models.BooleanField(_("metered"), default=False, db_default=False)
    metered_mean = models.DecimalField(_("metered a month"), max_digits=18, decimal_places=6, null=True)
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"), null=True)
    trial_ends_on = models.DateField(_("trial ends"), null=True)
    cancelled_on = models.DateField(_("cancelled"), null=True)
    churn_kind = models.CharField(_("kind of churn"), max_length=11, choices=ChurnKind, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    term_ends_on = models.DateField(_("term ends"), null=True)
    auto_renews = models.BooleanField(_("renews by itself"), null=True)
    notice_days = models.PositiveSmallIntegerField(_("days of notice"), null=True)
    uplift = models.DecimalField(_("uplift at renewal"), max_digits=6, decimal_places=4, null=True)
    past_due_on = models.DateField(_("unpaid since"), null=True)
    cause = models.CharField(_("because of"), max_length=7, choices=Cause, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("subscription version")
        verbose_name_plural = _("subscription versions")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0, mrr__gte=0), name="subscriptions_version_amount"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="subscriptions_version_quantity"),
            models.CheckConstraint(condition=Q(discount__gte=0), name="subscriptions_version_discount"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="subscriptions_version_period",
            ),
        ]
        indexes = [
            models.Index(fields=["subscription", "number", "-known_on", "-id"], name="subscriptions_version_latest"),
            models.Index(fields=["customer", "starts_on"], name="subscriptions_version_customer"),
            # What the ledger treats otherwise than most: few, so that it looks for them in small indexes.
            models.Index(
                fields=["subscription", "number"],
                condition=Q(discount_ends_on__isnull=False),
                name="subscriptions_limited_discount",
            ),
            models.Index(
                fields=["customer"], condition=Q(past_due_on__isnull=False), name="subscriptions_ended_unpaid"
            ),
            models.Index(
                fields=["customer"],
                condition=Q(auto_renews=False, term_ends_on__isnull=False, ends_on=None, cancelled_on=None),
                name="subscriptions_without_a_word",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"Version {self.number} of subscription {self.subscription_id} from {self.starts_on}"
