"""What is done to several customers at once beside giving them away, kept so that it can be taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from customers.domain import customers as book
from customers.domain.customers import CustomerValues
from customers.models import Customer
from playbooks.domain.done import Done
from playbooks.models import Undo


@transaction.atomic
def set_stage(*, customers: Sequence[int], stage: str, by: User, at: datetime) -> Done:
    """Put customers into a stage; ``left`` counts those that are in it, or that ``by`` does not see."""
    seen = Customer.objects.visible_to(by).current().filter(pk__in=customers)
    before = dict(seen.values_list("pk", "stage"))
    changed = book.change(
        changes=[CustomerValues(customer=pk, values={"stage": stage}) for pk in sorted(before)], by=by, at=at
    )
    told = {"stages": [[one.pk, before[one.pk], one.version] for one in changed]}
    return _done(Undo.What.STAGE, told, len(set(customers)), by, at)


@transaction.atomic
def archive(*, customers: Sequence[int], by: User, at: datetime) -> Done:
    """Hide customers from lists, the queue and current figures; what was stays in past reports."""
    seen = Customer.objects.visible_to(by).current().filter(pk__in=customers).values_list("pk", flat=True)
    changed = book.archive(customers=list(seen), by=by, at=at)
    told = {"archived": [one.pk for one in changed]}
    return _done(Undo.What.ARCHIVE, told, len(set(customers)), by, at)


def put_back(*, undo: Undo, by: User, at: datetime) -> int:
    """Give customers their stage back, where nobody has changed them since, and bring archived ones back. Returns
    how many."""
    kept = {pk: (stage, version) for pk, stage, version in undo.done.get("stages", [])}
    still = Customer.objects.filter(pk__in=kept).values_list("pk", "version")
    back = [CustomerValues(customer=pk, values={"stage": kept[pk][0]}) for pk, now in still if now == kept[pk][1]]
    changed = book.change(changes=back, by=by, at=at)
    restored = book.restore(customers=undo.done.get("archived", []), by=by, at=at)
    return len(changed) + len(restored)


def _done(what: str, told: dict[str, list[Any]], asked: int, by: User, at: datetime) -> Done:
    (changed,) = told.values()
    undo = Undo.objects.create(what=what, by=by, at=at, done={"items": [], **told})
    return Done(undo, 0, asked - len(changed), customers=len(changed))
