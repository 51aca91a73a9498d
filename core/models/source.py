from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.Model):
    """Where rows come from: a folder of files, a billing system, the product."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    label = models.CharField(_("label"), max_length=120)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.label or self.key


class ExternalId(models.Model):
    """The name that a source gives to one of our rows."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    noun = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "noun", "value"], name="core_externalid_once")]
        indexes = [models.Index(fields=["noun", "object_id"], name="core_externalid_object")]

    def __str__(self) -> str:
        return f"{self.noun} {self.value}"
