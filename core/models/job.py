from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Job(models.Model):
    """Work that must not be lost: written in the business transaction, claimed and leased by the database's clock."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    run_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], condition=Q(state="waiting"), name="core_job_one_waiting")
        ]
        indexes = [
            models.Index(fields=["run_at", "id"], condition=Q(state="waiting"), name="core_job_due"),
            models.Index(fields=["leased_until"], condition=Q(state="running"), name="core_job_leased"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Slot(models.Model):
    """One tick of a schedule. The unique key lets any number of tickers run: one of them makes the slot."""

    name = models.CharField(max_length=80)
    starts_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "starts_at"], name="core_slot_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_at:%Y-%m-%d %H:%M}"
