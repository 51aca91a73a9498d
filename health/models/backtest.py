from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import uuid7
from health.querysets import BacktestRunQuerySet


class BacktestRun(models.Model):
    """A back-test that somebody asked for: the question, how far it is, and in the end its answer."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    asked = models.JSONField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    days_done = models.PositiveSmallIntegerField(default=0)
    days = models.PositiveSmallIntegerField()
    result = models.JSONField(null=True)
    problem = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    # Over the customers of everybody, or only of those whom the asker saw.
    of_all = models.BooleanField(default=True)
    shared = models.CharField(max_length=64, blank=True, db_index=True)

    objects = BacktestRunQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return f"Back-test {self.uid}"


class BacktestDay(models.Model):
    """One replayed day of a running back-test, packed. Gone when the run is done."""

    run = models.ForeignKey(BacktestRun, models.CASCADE, related_name="pieces")
    number = models.PositiveSmallIntegerField()
    packed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="health_backtestday_once")]

    def __str__(self) -> str:
        return f"Day {self.number} of {self.run_id}"
