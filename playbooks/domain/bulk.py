"""What is done to several tasks at once, each as it was seen, and how it is taken back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import User
from core.errors import Stale
from customers.domain import customers as book
from customers.domain.customers import CustomerValues
from customers.models import Customer
from playbooks.domain import bulk_contacts, bulk_customers, bulk_runs
from playbooks.domain.done import Done
from playbooks.domain.standings import refresh
from playbooks.domain.story import tell
from playbooks.models import Undo, WorkItem
from playbooks.notices import tell_new_owner
from playbooks.queries.workers import may_be_worked_by
from playbooks.querysets import WorkItemQuerySet

State = WorkItem.State
LIVE = (State.OPEN, State.SNOOZED)
ELSEWHERE = {
    Undo.What.STAGE: bulk_customers.put_back,
    Undo.What.ARCHIVE: bulk_customers.put_back,
    Undo.What.CONTACTS: bulk_contacts.put_back,
    Undo.What.PAUSE: bulk_runs.put_back,
    Undo.What.RESUME: bulk_runs.put_back,
}
Seen = Mapping[int, int]  # the version in which each task was seen, by id


@transaction.atomic
def complete(*, seen: Seen, outcome: str, by: User, at: datetime) -> Done:
    """Close those of the tasks that nobody has changed since they were seen."""
    items = _held(seen, LIVE)
    _change(items, state=State.DONE, outcome=outcome, closed_at=at, closed_by=by, snoozed_until=None)
    tell("completed", items, at=at, by=by, values={"outcome": outcome})
    return _done(Undo.What.COMPLETE, items, len(seen), by, at)


@transaction.atomic
def snooze(*, seen: Seen, until: date, reason: str, by: User, at: datetime) -> Done:
    """Take those that nobody has changed out of the queue until the day ``until`` begins."""
    items = _held(seen, LIVE)
    _change(items, state=State.SNOOZED, snoozed_until=until, snooze_reason=reason)
    tell("snoozed", items, at=at, by=by, values={"until": f"{until}", "reason": reason})
    return _done(Undo.What.SNOOZE, items, len(seen), by, at)


@transaction.atomic
def reassign(*, seen: Seen, to: User, by: User, at: datetime) -> Done:
    """Give those that nobody has changed, and whose customer ``to`` may work for, to ``to``."""
    items = _worked_by(to, _held(seen, LIVE))
    before = {item.pk: item.owner_id for item in items}
    _change(items, owner=to)
    tell("reassigned", items, at=at, by=by, values={"to": to.pk})
    return _done(Undo.What.REASSIGN, items, len(seen), by, at, before=before)


@transaction.atomic
def hand_over(*, of: User, to: User, customers: bool, by: User, at: datetime) -> Done:
    """Give ``to`` what ``of`` has to do, among what ``by`` sees; with ``customers`` the customers themselves, too.

    What ``to`` may not work for stays where it is, and is counted.
    """
    mine = WorkItem.objects.visible_to(by).live().filter(owner=of)
    owned = Customer.objects.visible_to(by).current().filter(owner=of)
    moved = _own(owned.filter(may_be_worked_by(to)), to, by, at) if customers else {}
    done = reassign(seen=dict(mine.values_list("pk", "version")), to=to, by=by, at=at)
    return _given(moved, to, by, done)


@transaction.atomic
def give(*, customers: Sequence[int], to: User, by: User, at: datetime) -> Done:
    """Give ``to`` customers, with the open tasks that their owners have for them.

    Those that ``by`` does not see, or ``to`` may not work for, stay where they are; ``left`` counts them, too.
    """
    seen = Customer.objects.visible_to(by).current().filter(pk__in=customers)
    moved = _own(seen.filter(may_be_worked_by(to)), to, by, at)
    theirs = WorkItem.objects.live().filter(customer__in=moved).values_list("pk", "version", "customer", "owner")
    tasks = {pk: version for pk, version, customer, owner in theirs if owner == moved[customer]}
    done = _given(moved, to, by, reassign(seen=tasks, to=to, by=by, at=at))
    stay = len(set(customers)) - seen.filter(owner=to).count()
    return replace(done, left=done.left + stay)


def _own(customers: QuerySet[Customer], owner: User, by: User, at: datetime) -> dict[int, int | None]:
    """Let ``owner`` have these. Returns who had those that were another's until now, by customer."""
    before = dict(customers.values_list("pk", "owner"))
    changes = [CustomerValues(customer=pk, values={"owner": owner.pk}) for pk in before]
    return {one.pk: before[one.pk] for one in book.change(changes=changes, by=by, at=at)}


def _given(moved: Mapping[int, int | None], to: User, by: User, done: Done) -> Done:
    if moved:
        done.undo.done |= {"customers": [*moved.items()], "to": to.pk}
        done.undo.save(update_fields=["done"])
        tell_new_owner(to=to, by=by, customers=list(moved), key=f"book:{done.undo.pk}")
    return replace(done, customers=len(moved))


@transaction.atomic
def take_back(*, undo: Undo, by: User, at: datetime) -> int:
    """Put back what this did, where nobody has changed it since. Returns how many tasks, or of what else it was
    done to; raises Stale at a second try.

    A task whose cause has opened anew meanwhile stays closed.
    """
    if not Undo.objects.filter(pk=undo.pk, by=by, used_at=None).update(used_at=at):
        raise Stale("taken back already")
    if undo.what in ELSEWHERE:
        return ELSEWHERE[Undo.What(undo.what)](undo=undo, by=by, at=at)
    _give_back_customers(undo, by, at)
    if undo.what == Undo.What.REASSIGN:
        return _give_back(undo, by, at)
    items = _reopenable(_held(_seen(undo), (State.DONE, State.SNOOZED)))
    _change(items, state=State.OPEN, outcome="", snooze_reason="", closed_at=None, closed_by=None, snoozed_until=None)
    tell("reopened", items, at=at, by=by)
    return len(items)


def _seen(undo: Undo) -> dict[int, int]:
    return {pk: version for pk, version, _before in undo.done["items"]}


def _give_back_customers(undo: Undo, by: User, at: datetime) -> None:
    moved: dict[int, int | None] = dict(undo.done.get("customers", []))
    still = Customer.objects.filter(pk__in=moved, owner=undo.done.get("to")).values_list("pk", flat=True)
    back = [CustomerValues(customer=pk, values={"owner": moved[pk]}) for pk in still]
    book.change(changes=back, by=by, at=at)


def _give_back(undo: Undo, by: User, at: datetime) -> int:
    whose = {pk: before for pk, _version, before in undo.done["items"]}
    items = _held(_seen(undo), LIVE)
    for before in {whose[item.pk] for item in items}:
        own = [item for item in items if whose[item.pk] == before]
        _change(own, owner=before)
        tell("reassigned", own, at=at, by=by, values={"to": before})
    return len(items)


def _reopenable(items: Iterable[WorkItem]) -> list[WorkItem]:
    found = list(items)
    live = set(
        WorkItem.objects.live()
        .filter(customer__in=[one.customer_id for one in found])
        .values_list("pk", "customer_id", "cause")
    )
    taken = {(customer, cause): pk for pk, customer, cause in live}
    return [one for one in found if taken.get((one.customer_id, one.cause), one.pk) == one.pk]


def _held(seen: Seen, among: tuple[str, ...]) -> list[WorkItem]:
    """The tasks in one of these states that are as they were seen, locked."""
    rows: WorkItemQuerySet = WorkItem.objects.filter(pk__in=list(seen), state__in=among)
    locked = rows.select_for_update(of=("self",)).select_related("text").order_by("pk")
    return [item for item in locked if item.version == seen[item.pk]]


def _worked_by(to: User, items: Iterable[WorkItem]) -> list[WorkItem]:
    found = list(items)
    rows = Customer.objects.filter(may_be_worked_by(to), pk__in={item.customer_id for item in found})
    theirs = set(rows.values_list("pk", flat=True))
    return [item for item in found if item.customer_id in theirs]


def _change(items: Sequence[WorkItem], **values: Any) -> None:
    if "owner" in values and not isinstance(values["owner"], User):
        values["owner_id"] = values.pop("owner")
    WorkItem.objects.filter(pk__in=[item.pk for item in items]).update(version=F("version") + 1, **values)
    refresh([item.customer_id for item in items])


def _done(
    what: str, items: Sequence[WorkItem], asked: int, by: User, at: datetime, *, before: Mapping[int, int | None] = {}
) -> Done:
    told = {"items": [[item.pk, item.version + 1, before.get(item.pk)] for item in items]}
    return Done(Undo.objects.create(what=what, by=by, at=at, done=told), len(items), asked - len(items))
