from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import uuid7
from customers.models import Customer, Standing, Text
from playbooks.querysets import WorkItemQuerySet


class Lane(models.TextChoices):
    PROMISED = "promised", _("Promised")
    RISK = "risk", _("Risk")
    GROWTH = "growth", _("Growth")


class WorkItem(models.Model):
    """One thing to do for a customer: everything in the queue is one. While open, unique by customer and cause.

    ``cause`` is ``rule:KEY`` of a queue rule, ``play:KEY:STEP`` or ``mail:KEY:STEP`` of a playbook, or ``hand:UID`` of
    a task somebody added; the words of the latter stand in ``text``. ``reasons`` are codes and values: the words are
    made on the page, in the reader's language.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SNOOZED = "snoozed", _("snoozed")
        DONE = "done", _("done")
        CLEARED = "cleared", _("cleared: its cause is gone")

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("Solved")
        REACHED = "reached", _("Reached them, still open")
        NO_ANSWER = "no_answer", _("No answer")
        NOT_NEEDED = "not_needed", _("Was not needed")

    class SnoozeReason(models.TextChoices):
        THEIR_TURN = "their_turn", _("Waiting for them")
        OUR_TURN = "our_turn", _("Waiting for us")
        BAD_MOMENT = "bad_moment", _("Not a good moment")
        OTHER_WORK = "other_work", _("Other work comes first")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    # Without a column: what ranks a long queue is met without its customers.
    standing = models.ForeignObject(
        Standing, models.DO_NOTHING, from_fields=["customer"], to_fields=["customer"], null=True, related_name="+"
    )
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner"))
    cause = models.CharField(max_length=120)
    title = models.CharField(_("title"), max_length=200, blank=True)
    reasons = models.JSONField(default=list)
    text = models.ForeignKey(Text, models.PROTECT, null=True, related_name="+")
    lane = models.CharField(_("lane"), max_length=8, choices=Lane, default=Lane.RISK)
    due_on = models.DateField(_("due"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    snooze_reason = models.CharField(_("why snoozed"), max_length=12, choices=SnoozeReason, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "cause"],
                condition=Q(state__in=["open", "snoozed"]),
                name="playbooks_workitem_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "snoozed"], closed_at=None)
                | Q(state__in=["done", "cleared"], closed_at__isnull=False),
                name="playbooks_workitem_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_on"],
                condition=Q(state__in=["open", "snoozed"]),
                name="playbooks_workitem_queue",
            ),
            models.Index(fields=["customer", "state"], name="playbooks_workitem_customer"),
            # A lane of all books: counted, and ranked beside the standings, without the rows themselves.
            models.Index(
                fields=["lane", "customer"],
                include=["state", "snoozed_until", "due_on", "id"],
                condition=Q(state__in=["open", "snoozed"]),
                name="playbooks_workitem_lane",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.text)

    @property
    def is_by_hand(self) -> bool:
        return self.cause.startswith("hand:")

    @property
    def is_mail(self) -> bool:
        """Whether it asks to read a mail before it leaves."""
        return self.cause.startswith("mail:")

    @property
    def is_live(self) -> bool:
        """Whether it is still to be done, now or after its rest."""
        return self.state in {self.State.OPEN, self.State.SNOOZED}
