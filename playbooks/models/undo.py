from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import uuid7


class Undo(models.Model):
    """Something that one of us did to several rows at once, kept so that they can take it back.

    ``done`` holds ids and versions: what may be taken back is what nobody has changed since.
    """

    class What(models.TextChoices):
        COMPLETE = "complete", _("completed")
        SNOOZE = "snooze", _("snoozed")
        REASSIGN = "reassign", _("handed over")
        STAGE = "stage", _("put into a stage")
        ARCHIVE = "archive", _("archived")
        CONTACTS = "contacts", _("contacts changed")
        PAUSE = "pause", _("runs paused")
        RESUME = "resume", _("runs let go on")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    what = models.CharField(max_length=8, choices=What)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done = models.JSONField(default=dict)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.what} by {self.by_id}"
