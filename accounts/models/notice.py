from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from core.ids import uuid7


class Notice(models.Model):
    """Something that one of ours is told. ``kind`` and ``values`` make its words on the page, in the reader's language.

    ``address`` is the page it is about. ``in_app``: it stands in their list; ``in_digest``: it waits for the mail of
    their morning, and ``mailed_on`` is the day of theirs on which it went. What nobody wants is not written.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    values = models.JSONField(default=dict)
    address = models.CharField(max_length=300)
    at = models.DateTimeField()
    in_app = models.BooleanField(default=True)
    in_digest = models.BooleanField(default=False)
    mailed_on = models.DateField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="accounts_notice_once")]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], condition=Q(in_app=True), name="accounts_notice_latest"),
            models.Index(fields=["user"], condition=Q(in_app=True, read_at=None), name="accounts_notice_unread"),
            models.Index(fields=["user"], condition=Q(in_digest=True, mailed_on=None), name="accounts_notice_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id} at {self.at:%Y-%m-%d}"


class NoticeChoice(models.Model):
    """How a user wants to be told of one kind; without one, as the kind has it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    in_app = models.BooleanField()
    in_digest = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="accounts_noticechoice_once")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class Visit(models.Model):
    """When a user was at home last (``latest``), and ``since`` when what they see there has changed."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()
    latest = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} at {self.latest:%Y-%m-%d %H:%M}"
