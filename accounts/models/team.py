from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7


class Team(models.Model):
    """A group of our people who serve a book of customers together."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
