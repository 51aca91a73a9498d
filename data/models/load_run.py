from django.db import models
from django.utils.translation import gettext_lazy as _

from core.facts import append_only
from core.models import Source
from data.querysets import LoadRunQuerySet


class LoadRun(models.Model):
    """Rows of one noun that came from one source in one load. A load that changed nothing leaves no row."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+", verbose_name=_("source"))
    noun = models.CharField(_("file"), max_length=40)
    at = models.DateTimeField(_("at"))
    history = models.BooleanField(_("as history"))
    new = models.PositiveBigIntegerField(_("new"))
    changed = models.PositiveBigIntegerField(_("changed"))
    unchanged = models.PositiveBigIntegerField(_("unchanged"))
    dropped = models.PositiveBigIntegerField(_("dropped"))

    objects = LoadRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("load")
        verbose_name_plural = _("loads")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["source", "noun"], name="data_loadrun_source")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.noun} from {self.source_id} at {self.at:%Y-%m-%d %H:%M}"
