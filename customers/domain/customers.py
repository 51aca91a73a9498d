from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from core.errors import Stale
from customers.domain import history, standings, timeline
from customers.domain.attributes import clean
from customers.domain.history import Difference
from customers.domain.timeline import Entry
from customers.models import Attribute, Customer

CREATED = "customers.customer_created.v1"
CHANGED = "customers.customer_changed.v1"
ARCHIVED = "customers.customer_archived.v1"
RESTORED = "customers.customer_restored.v1"
LINKS = ("owner", "team", "parent")
CHANGEABLE = {*history.TRACKED, *history.LAZY, *history.BOOK}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """``values`` are columns by name (``owner``, ``team``, ``parent`` by id), ``attributes`` the company's own ones."""

    name: str
    created_on: date
    values: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerValues:
    """What to set on a customer. With ``version``, only if nobody changed them since that version was read."""

    customer: int
    values: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None


@transaction.atomic
def create(*, customers: Sequence[NewCustomer], by: User | None, at: datetime, quietly: bool = False) -> list[Customer]:
    """Make customers, known on the day of ``at``; their attributes hold from their first day on.

    ``quietly``, as a load of history makes them: known from their first day, and only the caller tells of them.

    Returns them in the order given. Raises ValidationError for a bad value or an unknown attribute.
    """
    today = clock.today(at)
    own = _own(new.attributes for new in customers)
    made = []
    for new in customers:
        known_on = min(new.created_on, today) if quietly else today
        customer = Customer(name=new.name.strip(), created_on=new.created_on, known_on=known_on)
        _set(customer, new.values, new.attributes, own)
        _check(customer)
        made.append(customer)
    Customer.objects.bulk_create(made)
    standings.ensure(customers=[customer.pk for customer in made], as_of=today)
    history.first_facts(made, today)
    if not quietly:
        timeline.tell(entries=[_entry("customer_created", one, at) for one in made], known_on=today, by=by)
        events.append(type=CREATED, payloads=map(history.payload, made), at=at)
    return made


@transaction.atomic
def change(*, changes: Sequence[CustomerValues], by: User | None, at: datetime) -> list[Customer]:
    """Set columns and own attributes; None empties one. What is as it was is left alone.

    Returns the customers that differ now, each with its next version. Raises Stale where a version is no longer the
    latest, ValidationError for a bad value or an unknown attribute, KeyError for an unknown customer.
    """
    today = clock.today(at)
    own = _own(one.attributes for one in changes)
    locked = Customer.objects.select_for_update().order_by("pk").in_bulk([one.customer for one in changes])
    differences: list[Difference] = []
    for one in changes:
        customer = locked[one.customer]
        if one.version not in (None, customer.version):
            raise Stale(_("Somebody else changed %(name)s meanwhile.") % {"name": customer.name})
        if found := _set(customer, one.values, one.attributes, own):
            _check(customer)
            customer.version += 1
            differences += found
    changed = list({one.customer.pk: one.customer for one in differences}.values())
    if changed:
        Customer.objects.bulk_update(changed, [*sorted(CHANGEABLE), "attributes", "version"], batch_size=1000)
        history.facts(differences, today)
        timeline.tell(entries=history.entries(differences, at), known_on=today, by=by)
        events.append(type=CHANGED, payloads=[history.payload(one, differences) for one in changed], at=at)
    return changed


@transaction.atomic
def archive(*, customers: Sequence[int], by: User | None, at: datetime) -> list[Customer]:
    """Hide customers from lists; past reports keep them. Returns those that were not archived before."""
    today = clock.today(at)
    changed = _locked(customers, archived=False)
    for customer in changed:
        customer.archived_on = today
    _save_archived(changed)
    timeline.tell(entries=[_entry("customer_archived", one, at) for one in changed], known_on=today, by=by)
    events.append(type=ARCHIVED, payloads=map(history.payload, changed), at=at)
    return changed


@transaction.atomic
def restore(*, customers: Sequence[int], by: User | None, at: datetime) -> list[Customer]:
    """Show archived customers again. Returns those that were archived."""
    changed = _locked(customers, archived=True)
    for customer in changed:
        customer.archived_on = None
    _save_archived(changed)
    entries = [_entry("customer_restored", one, at) for one in changed]
    timeline.tell(entries=entries, known_on=clock.today(at), by=by)
    events.append(type=RESTORED, payloads=map(history.payload, changed), at=at)
    return changed


def _locked(customers: Sequence[int], *, archived: bool) -> list[Customer]:
    found = Customer.objects.select_for_update().filter(pk__in=customers, archived_on__isnull=not archived)
    return list(found.order_by("pk"))


def _save_archived(customers: Sequence[Customer]) -> None:
    for customer in customers:
        customer.version += 1
    Customer.objects.bulk_update(customers, ["archived_on", "version"], batch_size=1000)


def _own(given: Iterable[Mapping[str, Any]]) -> dict[str, Attribute]:
    wanted = {key for attributes in given for key in attributes}
    found = {one.key: one for one in Attribute.objects.filter(key__in=wanted)} if wanted else {}
    if unknown := wanted - set(found):
        raise ValidationError(_("There is no attribute “%(key)s”.") % {"key": min(unknown)})
    return found


def _set(
    customer: Customer, values: Mapping[str, Any], attributes: Mapping[str, Any], own: Mapping[str, Attribute]
) -> list[Difference]:
    if unknown := set(values) - CHANGEABLE:
        raise ValidationError(_("A customer has no %(names)s.") % {"names": ", ".join(sorted(unknown))})
    found = [_set_column(customer, key, value) for key, value in values.items()]
    found += [_set_own(customer, own[key], value) for key, value in attributes.items()]
    return [one for one in found if one.before != one.after]


def _set_column(customer: Customer, key: str, value: Any) -> Difference:
    column = f"{key}_id" if key in LINKS else key
    before = getattr(customer, column)
    after = value.strip() if isinstance(value, str) else value
    empty = None if key in (*LINKS, "employees") else ""
    setattr(customer, column, empty if after in (None, "") else after)
    return Difference(customer, key, before, getattr(customer, column))


def _set_own(customer: Customer, attribute: Attribute, given: Any) -> Difference:
    value, before = clean(type=attribute.type, value=given), customer.attributes.get(attribute.key)
    kept = {**customer.attributes, attribute.key: value}
    customer.attributes = {key: one for key, one in kept.items() if one is not None}
    return Difference(customer, attribute.key, before, value, label=attribute.label)


def _check(customer: Customer) -> None:
    customer.clean_fields(exclude={*LINKS, "attributes", "created_on", "known_on", "uid"})
    if customer.country and not (
        len(customer.country) == 2 and customer.country.isalpha() and customer.country.isupper()
    ):
        raise ValidationError({"country": _("Give a country as two capitals, like DE.")})
    if customer.parent_id and customer.parent_id == customer.pk:
        raise ValidationError({"parent": _("A customer can't be its own parent.")})


def _entry(kind: str, customer: Customer, at: datetime) -> Entry:
    return Entry(customer=customer.pk, kind=kind, at=at)
