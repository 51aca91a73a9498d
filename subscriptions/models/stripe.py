from django.db import models
from django.utils.translation import gettext_lazy as _

from core.secrets import SecretField


class StripeEvent(models.Model):
    """What Stripe said that one of its objects was, at a time of its own clock; kept as it came.

    ``event_id`` is Stripe's; of what was fetched, one made from what it says, so that the same is kept once.
    ``customer`` is the ``cus_…`` it belongs to. ``waits_for`` names the object without which nothing comes of it yet,
    ``became`` says in keys what came of it, ``problem`` why nothing could.
    """

    class Origin(models.TextChoices):
        HOOK = "hook", _("web hook")
        IMPORT = "import", _("first import")
        NIGHT = "night", _("reconciliation")

    class State(models.TextChoices):
        NEW = "new", _("not yet looked at")
        APPLIED = "applied", _("applied")
        WAITING = "waiting", _("waiting")
        IGNORED = "ignored", _("ignored")
        FAILED = "failed", _("failed")

    event_id = models.CharField(_("event"), max_length=120, unique=True)
    type = models.CharField(_("kind of event"), max_length=100)
    at = models.DateTimeField(_("said"))
    kind = models.CharField(_("object"), max_length=60)
    object_id = models.CharField(_("object's id"), max_length=255, blank=True)
    customer = models.CharField(_("Stripe customer"), max_length=255, blank=True)
    deleted = models.BooleanField(default=False)
    payload = models.JSONField(_("as it came"))
    # Until what it says of people is taken out.
    raw = models.BooleanField(default=True)
    origin = models.CharField(_("came by"), max_length=6, choices=Origin)
    received_at = models.DateTimeField(_("came"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.NEW)
    waits_for = models.CharField(_("waits for"), max_length=255, blank=True)
    became = models.CharField(_("became"), max_length=60, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("Stripe event")
        verbose_name_plural = _("Stripe events")
        indexes = [
            models.Index(fields=["customer", "kind"], name="subscriptions_stripe_customer"),
            models.Index(fields=["kind", "object_id", "at"], name="subscriptions_stripe_object"),
            models.Index(fields=["-received_at", "-id"], name="subscriptions_stripe_came"),
            models.Index(
                fields=["state", "waits_for"],
                condition=models.Q(state__in=["new", "waiting", "failed"]),
                name="subscriptions_stripe_open",
            ),
            models.Index(fields=["received_at"], condition=models.Q(raw=True), name="subscriptions_stripe_raw"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class StripeAccount(models.Model):
    """How we are connected with Stripe, and what the last import and the last reconciliation found. There is one."""

    endpoint_secret = SecretField(_("signing secret"), purpose="stripe.endpoint", blank=True, default="")
    api_key = SecretField(_("API key"), purpose="stripe.key", blank=True, default="")
    imported_at = models.DateTimeField(_("imported"), null=True)
    imported = models.JSONField(default=dict)
    reconciled_at = models.DateTimeField(_("reconciled"), null=True)
    reconciled = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("Stripe account")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="subscriptions_stripe_account_is_one")]

    def __str__(self) -> str:
        return "Stripe"

    @classmethod
    def current(cls) -> "StripeAccount":
        return cls.objects.filter(id=1).first() or cls(id=1)
