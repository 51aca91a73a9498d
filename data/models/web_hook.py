from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ids import uuid7
from core.secrets import SecretField


class WebHook(models.Model):
    """An address of another program that is told of events of some types, each call signed with ``secret``."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    url = models.URLField(_("address"), max_length=500)
    types = models.JSONField(_("what it is told of"), default=list)
    secret = SecretField(purpose="data.web_hook", editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(_("made"), db_default=Now())

    class Meta:
        verbose_name = _("web hook")
        verbose_name_plural = _("web hooks")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class HookCall(models.Model):
    """One event told to one web hook. ``tries`` are what became of each try: ``{"at": instant, "answer": words}``."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        TAKEN = "taken", _("taken")
        GIVEN_UP = "given_up", _("given up")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    hook = models.ForeignKey(WebHook, models.CASCADE, related_name="calls")
    event = models.UUIDField(_("event"))
    body = models.JSONField(_("body"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    tries = models.JSONField(_("tries"), default=list)
    run_at = models.DateTimeField(_("next try"), default=clock.now)
    created_at = models.DateTimeField(_("made"), db_default=Now())

    class Meta:
        verbose_name = _("call of a web hook")
        verbose_name_plural = _("calls of web hooks")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["hook", "event"], name="data_hookcall_once")]
        indexes = [models.Index(fields=["hook", "-id"], name="data_hookcall_log")]

    def __str__(self) -> str:
        return f"{self.type} to {self.hook_id}"

    @property
    def type(self) -> str:
        return str(self.body["type"])

    @property
    def last(self) -> dict[str, Any]:
        """The last try; empty before the first."""
        return self.tries[-1] if self.tries else {}
