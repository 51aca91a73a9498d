from django.db import models
from django.utils.translation import gettext_lazy as _


class Company(models.Model):
    """The one company this installation serves. Its zone decides every day and is fixed after the first fact."""

    name = models.CharField(_("name"), max_length=200, default="Holdfast")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")

    class Meta:
        verbose_name = verbose_name_plural = _("company")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="core_company_is_one")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Company":
        return cls.objects.filter(id=1).first() or cls(id=1)
