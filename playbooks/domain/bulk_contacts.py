"""What is done to several contacts at once, kept so that it can be taken back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from customers.domain import contacts as people
from customers.domain.contacting import suppressing
from customers.domain.contacts import ContactValues
from customers.models import Contact, Suppression
from customers.querysets import visible_customers
from playbooks.domain.done import Done
from playbooks.models import Undo

Kept = list[list[Any]]  # contact, what its values were, what they became


@transaction.atomic
def change(*, contacts: Sequence[int], values: Mapping[str, Any], by: User, at: datetime) -> Done:
    """Set the same values on contacts; ``left`` counts those that have them, or that ``by`` does not see."""
    kept = _change(contacts, values, by, at)
    return _done({"contacts": kept}, len(kept), len(set(contacts)), by, at)


@transaction.atomic
def stop_mail(*, contacts: Sequence[int], by: User, at: datetime) -> Done:
    """Write to these no more: their consent is withdrawn, and their addresses are on the list that stops all mail."""
    kept = _change(contacts, {"consent": Contact.Consent.WITHDRAWN}, by, at)
    addresses = dict(_seen(contacts, by).exclude(email="").values_list("pk", "email"))
    digests = {pk: suppressing.digest(address) for pk, address in addresses.items()}
    new = set(digests.values()) - {*_stopped(digests.values())}
    suppressing.suppress(addresses=addresses.values(), reason=Suppression.Reason.BY_HAND, at=at)
    count = len({one[0] for one in kept} | {pk for pk, one in digests.items() if one in new})
    return _done({"contacts": kept, "stopped": sorted(new)}, count, len(set(contacts)), by, at)


def put_back(*, undo: Undo, by: User, at: datetime) -> int:
    """Give contacts back what they had, where nobody has changed it since, and their addresses. Returns how many."""
    kept = {pk: (_read(before), _read(after)) for pk, before, after in undo.done["contacts"]}
    rows = Contact.objects.in_bulk(list(kept))
    still = [pk for pk, one in rows.items() if all(getattr(one, key) == was for key, was in kept[pk][1].items())]
    back = [ContactValues(contact=pk, values=kept[pk][0]) for pk in still]
    changed = people.change(changes=back, by=by, at=at)
    lifted = suppressing.lift(suppressions=_stopping(undo.done.get("stopped", [])), by=by, at=at)
    return max(len(changed), lifted)


def _change(contacts: Sequence[int], values: Mapping[str, Any], by: User, at: datetime) -> Kept:
    before = {one["pk"]: one for one in _seen(contacts, by).values("pk", *values)}
    changes = [ContactValues(contact=pk, values=values) for pk in sorted(before)]
    changed = people.change(changes=changes, by=by, at=at)
    return [[one.pk, _written({key: before[one.pk][key] for key in values}), _written(values)] for one in changed]


def _seen(contacts: Sequence[int], by: User) -> Any:
    return Contact.objects.filter(visible_customers(by, "customer__"), pk__in=list(contacts))


def _stopping(digests: Any) -> Any:
    return Suppression.objects.filter(digest__in=list(digests), lifted_at=None)


def _stopped(digests: Any) -> list[str]:
    return list(_stopping(digests).values_list("digest", flat=True))


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: f"{value}" if isinstance(value, date) else value for key, value in values.items()}


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    left = {"left_on": date.fromisoformat(values["left_on"])} if values.get("left_on") else {}
    return {**values, **left}


def _done(told: dict[str, Any], count: int, asked: int, by: User, at: datetime) -> Done:
    undo = Undo.objects.create(what=Undo.What.CONTACTS, by=by, at=at, done={"items": [], **told})
    return Done(undo, count, asked - count)
