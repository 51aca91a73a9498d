from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.facts import append_only
from core.ids import uuid7


class Playbook(models.Model):
    """What is done for a customer, step by step, once its trigger fires. ``draft`` is what is being written.

    Runs read a published version only. ``quiet`` is set by a history load: the next look at everybody takes the
    customers who meet the trigger as they are, and starts nothing.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    purpose = models.TextField(_("what it is for"), blank=True)
    draft = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1, editable=False)
    active = models.ForeignKey("PlaybookVersion", models.PROTECT, null=True, editable=False, related_name="+")
    active_since = models.DateField(null=True, editable=False)
    looked_on = models.DateField(null=True, editable=False)
    quiet = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("playbooks:playbook", args=[self.uid])

    @property
    def is_active(self) -> bool:
        return self.active_id is not None


class PlaybookVersion(models.Model):
    """A playbook as it was published. It never changes: a run keeps the version it started with."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    playbook = models.ForeignKey(Playbook, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    published_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("version of a playbook")
        verbose_name_plural = _("versions of playbooks")
        ordering = ["playbook", "-number"]
        constraints = [models.UniqueConstraint(fields=["playbook", "number"], name="playbooks_version_number")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.playbook} {self.number}"


class DryRun(models.Model):
    """What a version would have done: whom it would touch today, and over the last days. Nothing was sent."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    of = models.ForeignKey(PlaybookVersion, models.PROTECT, related_name="dry_runs")
    day = models.DateField()
    days = models.PositiveSmallIntegerField(default=90)
    asked_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    found = models.JSONField(default=dict)

    class Meta:
        ordering = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return f"Dry run of {self.of_id} on {self.day}"


class Membership(models.Model):
    """That a customer met the trigger of a playbook when it was last looked at: who is new has entered."""

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["playbook", "customer"], name="playbooks_membership_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.playbook_id}"
