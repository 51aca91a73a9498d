"""A contact answers a mail of a playbook: its run pauses, and the answer comes to the queue."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Stale
from playbooks.domain.book import calendar
from playbooks.domain.opening import Draft, open_items
from playbooks.domain.run.ending import pause
from playbooks.domain.run.letters import THREAD
from playbooks.models import Lane, Letter, Run, WorkItem

ANSWERS_COME = timedelta(days=60)
PREFIX = "reply:"


@transaction.atomic
def heard(told: Iterable[Mapping[str, Any]], *, at: datetime) -> list[WorkItem]:
    """Pause what each mail that came in answers, and open a task with its words. Returns the tasks newly opened."""
    drafts = []
    for one in told:
        if not one["from_us"] and (letter := _answered(one, at)):
            _pause(letter.run, at)
            drafts.append(_draft(letter, one, at))
    return open_items(drafts, at=at)


def _answered(told: Mapping[str, Any], at: datetime) -> Letter | None:
    """The letter that a mail answers: the one it names, else the last that this contact got from a live run."""
    letters = Letter.objects.select_related("run__playbook", "run__customer", "sender").order_by("-pk")
    kind, _colon, uid = told["thread"].partition(":")
    if kind == THREAD:
        return letters.filter(uid=UUID(uid), customer=told["customer"]).first()
    recent = letters.filter(
        state=Letter.State.SENT, made_at__gte=at - ANSWERS_COME, run__state__in=("running", "paused")
    )
    return recent.filter(contact=told["contact"]).first() if told["contact"] else None


def _pause(run: Run, at: datetime) -> None:
    try:
        pause(run=run, by=None, at=at, because=Run.PausedBy.REPLY)
    except Stale:
        return  # it waits, or is over, already: the answer comes to the queue all the same


def _draft(letter: Letter, told: Mapping[str, Any], at: datetime) -> Draft:
    owner = letter.run.customer.owner or letter.sender
    today = calendar.day_of(at, owner.time_zone) if owner else at.date()
    return Draft(
        customer_id=letter.customer_id,
        cause=f"{PREFIX}{letter.run.uid}",
        title=_("They answered: %(playbook)s") % {"playbook": _(letter.run.playbook.name)},
        due_on=calendar.add(today, 1, "business_days", letter.run.customer.country),
        owner_id=owner.pk if owner else None,
        lane=Lane.PROMISED,
        text_id=told["text"],
    )
