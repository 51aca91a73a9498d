from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Stale
from core.ids import uuid7
from customers.models import Customer, Text
from playbooks.domain.opening import Draft, open_items
from playbooks.domain.standings import refresh
from playbooks.domain.story import tell
from playbooks.models import Lane, WorkItem
from playbooks.queries.workers import workers

State = WorkItem.State


@transaction.atomic
def complete(*, item: WorkItem, version: int, outcome: str, by: User | None, at: datetime) -> WorkItem:
    """Close the item with its outcome. Raises Stale when it is not the one, or no longer open."""
    _change(item, version, _LIVE, state=State.DONE, outcome=outcome, closed_at=at, closed_by=by, snoozed_until=None)
    tell("completed", [item], at=at, by=by, values={"outcome": outcome})
    return item


@transaction.atomic
def snooze(*, item: WorkItem, version: int, until: date, reason: str, by: User | None, at: datetime) -> WorkItem:
    """Take the item out of the queue until the day ``until`` begins. Raises Stale."""
    _change(item, version, _LIVE, state=State.SNOOZED, snoozed_until=until, snooze_reason=reason)
    tell("snoozed", [item], at=at, by=by, values={"until": f"{until}", "reason": reason})
    return item


@transaction.atomic
def reassign(*, item: WorkItem, version: int, to: User, by: User, at: datetime) -> WorkItem:
    """Give the item to another of ours. Raises Stale, and ValidationError where they may not work for the customer."""
    _may_work(to, item.customer)
    _change(item, version, _LIVE, owner=to)
    tell("reassigned", [item], at=at, by=by, values={"to": to.pk})
    return item


@transaction.atomic
def reopen(*, item: WorkItem, version: int, by: User, at: datetime) -> WorkItem:
    """Undo a completion or a snooze: the item waits again. Raises Stale, too when its cause has opened anew."""
    back = (State.DONE, State.SNOOZED)
    _change(item, version, back, state=State.OPEN, outcome="", snooze_reason="", closed_at=None, closed_by=None,
            snoozed_until=None)  # fmt: skip
    tell("reopened", [item], at=at, by=by)
    return item


@transaction.atomic
def add_task(
    *, customer: Customer, words: str, due_on: date, owner: User | None, by: User | None, at: datetime
) -> WorkItem:
    """Open a task by hand. It is a promise: its lane is the first, and it never rests of itself.

    Raises ValidationError where its owner may not work for the customer.
    """
    if owner:
        _may_work(owner, customer)
    text = Text.objects.create(customer=customer, body=words)
    draft = Draft(
        customer_id=customer.pk,
        cause=f"hand:{uuid7()}",
        due_on=due_on,
        owner_id=owner.pk if owner else None,
        lane=Lane.PROMISED,
        text_id=text.pk,
    )
    return open_items([draft], at=at, by=by)[0]


def _may_work(user: User, customer: Customer) -> None:
    if not workers(customer).filter(pk=user.pk).exists():
        words = {"user": user, "customer": customer}
        raise ValidationError(_("%(user)s does not see %(customer)s, or may not write.") % words)


_LIVE = (State.OPEN, State.SNOOZED)


def _change(item: WorkItem, version: int, among: tuple[str, ...], **values: Any) -> None:
    meant = WorkItem.objects.filter(pk=item.pk, version=version, state__in=among)
    try:
        with transaction.atomic():
            changed = meant.update(version=F("version") + 1, **values)
    except IntegrityError as error:
        raise Stale(f"{item.cause} is open anew") from error
    if not changed:
        raise Stale(f"{item.uid} is no longer at version {version}")
    item.refresh_from_db()
    refresh([item.customer_id])
