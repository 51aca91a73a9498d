from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """That a contact was taken out. ``digest`` is of their row's identifier: it finds them again after a restore, and
    names nobody. ``counts`` are the rows touched, by table."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.digest[:8]} on {self.at:%Y-%m-%d}"


class Retention(models.Model):
    """How long what passes through is kept, in days; one row."""

    mail_days = models.PositiveSmallIntegerField(
        _("mails that were sent or dropped"), default=400, help_text=_("When and why; what they said is not kept.")
    )
    job_days = models.PositiveSmallIntegerField(_("work that was done"), default=30)
    look_days = models.PositiveSmallIntegerField(
        _("who opened a survey's page"), default=400, help_text=_("A digest of address and browser.")
    )
    session_days = models.PositiveSmallIntegerField(_("sessions that ended"), default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("retention")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="data_retention_is_one")]

    def __str__(self) -> str:
        return "retention"

    @classmethod
    def current(cls) -> "Retention":
        return cls.objects.filter(id=1).first() or cls(id=1)
