from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.facts import append_only
from core.ids import uuid7
from customers.models import Contact, Customer, Text
from playbooks.models.playbook import Playbook, PlaybookVersion
from playbooks.models.work_item import WorkItem
from playbooks.querysets import LetterQuerySet, RunQuerySet

LIVE = ("running", "paused", "failed")


class Run(models.Model):
    """One playbook at work for one customer, by the version it started with.

    ``index`` is the step that comes next and ``due_at`` when. ``occasion`` is what started it: the same occasion never
    starts twice. ``claim`` and ``leased_until`` belong to the worker that has it, by the database's clock.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        FAILED = "failed", _("stuck")
        DONE = "done", _("done")
        GOAL = "goal", _("goal reached")
        GONE = "gone", _("cause gone")
        STOPPED = "stopped", _("stopped")
        HELD_OUT = "held_out", _("held out")

    class PausedBy(models.TextChoices):
        HAND = "hand", _("by one of us")
        REPLY = "reply", _("they answered")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    playbook = models.ForeignKey(Playbook, models.PROTECT, related_name="runs")
    of = models.ForeignKey(PlaybookVersion, models.PROTECT, related_name="runs")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    occasion = models.CharField(max_length=120)
    experiment = models.CharField(max_length=60, blank=True)
    variant = models.CharField(max_length=20, blank=True)
    arm = models.CharField(max_length=8, default="treated")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    index = models.PositiveSmallIntegerField(default=0)
    visit = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()
    waits_for = models.ForeignKey(WorkItem, models.PROTECT, null=True, related_name="+")
    claim = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    paused_by = models.CharField(max_length=8, choices=PausedBy, blank=True, db_default="")
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.UniqueConstraint(fields=["playbook", "customer", "occasion"], name="playbooks_run_occasion"),
            models.UniqueConstraint(
                fields=["playbook", "customer"],
                condition=Q(state__in=["running", "paused", "failed"]),
                name="playbooks_run_one_live",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="running"), name="playbooks_run_due"),
            models.Index(fields=["customer", "-started_at"], name="playbooks_run_customer"),
            models.Index(fields=["started_at", "id"], name="playbooks_run_latest"),
            models.Index(fields=["claim"], condition=Q(claim__isnull=False), name="playbooks_run_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.playbook} for {self.customer}"

    def get_absolute_url(self) -> str:
        return reverse("playbooks:run", args=[self.uid])

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class RunStep(models.Model):
    """A step that happened, written with its effect in one transaction. Each happens once.

    ``result`` are codes and ids, no words of people.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="steps", db_index=False)
    index = models.PositiveSmallIntegerField()
    visit = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    skipped = models.BooleanField(default=False)
    work_item = models.ForeignKey(WorkItem, models.PROTECT, null=True, related_name="+")
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ["run", "id"]
        constraints = [models.UniqueConstraint(fields=["run", "index", "visit"], name="playbooks_runstep_once")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.run_id}: {self.index} {self.kind}"


class Letter(models.Model):
    """A mail of a run to one contact. Its words, the subject in the first line, stand in a text.

    A draft waits in the owner's queue. Consent is asked again when it leaves.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("waits to be read")
        APPROVED = "approved", _("on its way")
        SENT = "sent", _("sent")
        HELD = "held", _("held back")
        DROPPED = "dropped", _("not sent")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="letters")
    index = models.PositiveSmallIntegerField()
    visit = models.PositiveSmallIntegerField(default=1)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    sender = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    text = models.ForeignKey(Text, models.PROTECT, related_name="+")
    nature = models.CharField(max_length=12, default="service")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    reason = models.CharField(max_length=60, blank=True)
    work_item = models.ForeignKey(WorkItem, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "index", "visit"], name="playbooks_letter_once")]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        return self.text.body.partition("\n")[0].strip()

    @property
    def body(self) -> str:
        return self.text.body.partition("\n")[2].strip()
