from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Source


class RawEvent(models.Model):
    """An event as it came, and what of it says who did it. Kept for as long as ``IntakeSettings`` says.

    Partitioned by ``received_at`` (month). The roll-up reads in the order (tx, id). The person and their address are
    hashes; their words are in ``payload`` only.
    """

    tx = models.BigIntegerField(editable=False)
    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+")
    received_at = models.DateTimeField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=200)
    person = models.BigIntegerField(null=True)
    previous = models.BigIntegerField(null=True)
    group_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 (unknown is not the empty name)
    context_id = models.CharField(max_length=200, null=True)  # noqa: DJ001
    trait_id = models.CharField(max_length=200, null=True)  # noqa: DJ001
    domain = models.CharField(max_length=200, null=True)  # noqa: DJ001
    email = models.BigIntegerField(null=True)
    payload = models.JSONField()

    class Meta:
        managed = False
        db_table = "usage_rawevent"

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Rejected(models.Model):
    """An event that could not be taken, as it came, and why. It can be tried again."""

    class Reason(models.TextChoices):
        NO_OBJECT = "no_object", _("is no JSON object")
        TOO_LARGE = "too_large", _("is larger than 32 KB")
        NO_TYPE = "no_type", _("has none of the types track, identify, group, page, screen, alias")
        NO_USER = "no_user", _("has neither userId nor anonymousId")
        NO_EVENT = "no_event", _("is a track without the name of its event")
        NO_GROUP = "no_group", _("is a group without groupId")
        NO_PREVIOUS = "no_previous", _("is an alias without previousId or userId")
        BAD_FIELD = "bad_field", _("has a field that is not of its type")
        BAD_TIME = "bad_time", _("has a time that is no ISO 8601 time, before 2000 or more than a day ahead")

    source = models.ForeignKey(Source, models.PROTECT, related_name="+", verbose_name=_("source"))
    received_at = models.DateTimeField(_("received"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    event = models.CharField(_("event"), max_length=200, blank=True)
    payload = models.TextField(_("as it came"))
    path = models.CharField(max_length=12)
    sent_at = models.CharField(max_length=64, blank=True)
    digest = models.UUIDField(editable=False)
    replayed_at = models.DateTimeField(_("taken since"), null=True)

    class Meta:
        verbose_name = _("rejected event")
        verbose_name_plural = _("rejected events")
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="usage_rejected_once")]
        indexes = [models.Index(fields=["-received_at", "-id"], name="usage_rejected_newest")]

    def __str__(self) -> str:
        return f"{self.event or '?'}: {self.get_reason_display()}"


class SeenMessage(models.Model):
    """That a message of a source has been taken: 128 bits of the sha256 of its id. Partitioned by hash."""

    pk = models.CompositePrimaryKey("source", "digest")
    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+")
    digest = models.UUIDField()
    seen_on = models.DateField()

    class Meta:
        managed = False
        db_table = "usage_seenmessage"

    def __str__(self) -> str:
        return f"{self.digest}"


STEPS = {
    "group": _("groupId of the event"),
    "context": _("groupId of its context"),
    "traits": _("an id of the company among its traits"),
    "domain": _("the domain of the e-mail address"),
    "user": _("the person: a contact, or somebody seen with a company before"),
}


def all_steps() -> list[str]:
    return list(STEPS)


def usual_traits() -> list[str]:
    return ["company.id", "company_id", "companyId", "customer_id", "customerId", "account_id", "accountId"]


class IntakeSettings(models.Model):
    """How events are understood and how long they are kept. There is one row, or none for the usual."""

    identify_by = models.JSONField(_("who it was"), default=all_steps)
    company_traits = models.JSONField(_("traits that name the company"), default=usual_traits)
    keep_months = models.PositiveSmallIntegerField(_("months that events are kept as they came"), default=13)
    quiet_days = models.PositiveSmallIntegerField(_("days of silence until a source is called quiet"), default=2)
    own_features = models.BooleanField(_("an event without a rule is a feature of its own"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("intake")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="usage_intakesettings_is_one")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "IntakeSettings":
        return cls.objects.filter(id=1).first() or cls(id=1)
