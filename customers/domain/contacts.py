from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from customers.domain import timeline
from customers.domain.timeline import Entry
from customers.models import Contact, ContactChange, ContactRole

ADDED = "customers.contact_added.v1"
CHANGED = "customers.contact_changed.v1"
CHANGEABLE = {"name", "email", "role", "consent", "language", "time_zone", "left_on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    customer: int
    name: str = ""
    email: str = ""
    role: str = ContactRole.USER
    consent: str = Contact.Consent.UNKNOWN
    language: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactValues:
    """What to set on a contact: any of ``CHANGEABLE``. ``left_on`` None means that they are back."""

    contact: int
    values: Mapping[str, Any]


@transaction.atomic
def add(*, contacts: Sequence[NewContact], by: User | None, at: datetime) -> list[Contact]:
    """Make contacts, whose role is a fact from the day of ``at``. Raises ValidationError for a bad value."""
    today = clock.today(at)
    made = [
        Contact(
            customer_id=new.customer,
            name=new.name.strip(),
            email=new.email.strip().lower(),
            role=new.role,
            consent=new.consent,
            language=new.language,
            time_zone=new.time_zone,
        )
        for new in contacts
    ]
    for contact in made:
        _check(contact, today)
    Contact.objects.bulk_create(made)
    _record(made, day=today, known_on=today)
    entries = [_entry("contact_added", contact, at) for contact in made]
    timeline.tell(entries=entries, known_on=today, by=by)
    events.append(type=ADDED, payloads=map(_payload, made), at=at)
    return made


@transaction.atomic
def change(*, changes: Sequence[ContactValues], by: User | None, at: datetime) -> list[Contact]:
    """Set values of contacts. A new role, a leaving or a coming back is a fact from its day on.

    Returns the contacts that differ now. Raises ValidationError for a bad value, KeyError for an unknown contact.
    """
    today = clock.today(at)
    locked = Contact.objects.select_for_update().in_bulk([one.contact for one in changes])
    changed: list[tuple[Contact, set[str]]] = []
    for one in changes:
        contact = locked[one.contact]
        if differing := _set(contact, one.values):
            _check(contact, today)
            changed.append((contact, differing))
    contacts = [contact for contact, _keys in changed]
    if contacts:
        Contact.objects.bulk_update(contacts, sorted(CHANGEABLE))
        _tell_change(changed, today=today, at=at, by=by)
        events.append(type=CHANGED, payloads=map(_payload, contacts), at=at)
    return contacts


def customers_of(contacts: Iterable[int | None]) -> dict[int, int]:
    """Contact → customer, for those of ``contacts`` that there are."""
    wanted = {contact for contact in contacts if contact is not None}
    return dict(Contact.objects.filter(pk__in=wanted).values_list("pk", "customer_id")) if wanted else {}


def _set(contact: Contact, values: Mapping[str, Any]) -> set[str]:
    if unknown := set(values) - CHANGEABLE:
        raise ValidationError(_("A contact has no %(names)s.") % {"names": ", ".join(sorted(unknown))})
    differing = {name for name, value in values.items() if getattr(contact, name) != value}
    for name in differing:
        setattr(contact, name, values[name])
    return differing


def _check(contact: Contact, today: date) -> None:
    if not contact.name and not contact.email:
        raise ValidationError({"name": _("Give a name or an e-mail address.")})
    if contact.email:
        _check_email(contact.email)
    if contact.role not in ContactRole.values:
        raise ValidationError({"role": _("There is no role “%(role)s”.") % {"role": contact.role}})
    if contact.consent not in Contact.Consent.values:
        raise ValidationError({"consent": _("There is no consent “%(consent)s”.") % {"consent": contact.consent}})
    if contact.left_on and contact.left_on > today:
        raise ValidationError({"left_on": _("Record a leaving when the day has come.")})


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError({"email": error.messages}) from error


def _tell_change(changed: Sequence[tuple[Contact, set[str]]], *, today: date, at: datetime, by: User | None) -> None:
    left = [contact for contact, keys in changed if "left_on" in keys and contact.left_on]
    moved = [contact for contact, keys in changed if keys & {"role", "left_on"} and contact not in left]
    for contact in left:
        _record([contact], day=contact.left_on or today, known_on=today)
    _record(moved, day=today, known_on=today)
    entries = [_entry("contact_left", contact, at) for contact in left]
    entries += [_entry("contact_role", contact, at) for contact in moved]
    timeline.tell(entries=entries, known_on=today, by=by)


def _record(contacts: Iterable[Contact], *, day: date, known_on: date) -> None:
    ContactChange.objects.bulk_create(
        ContactChange(
            contact=contact,
            customer_id=contact.customer_id,
            role=contact.role,
            left=contact.left_on is not None,
            day=day,
            known_on=known_on,
        )
        for contact in contacts
    )


def _entry(kind: str, contact: Contact, at: datetime) -> Entry:
    values = {"contact": contact.pk, "role": contact.role}
    if contact.left_on:
        values["left_on"] = f"{contact.left_on}"
    return Entry(customer=contact.customer_id, kind=kind, at=at, values=values)


def _payload(contact: Contact) -> Mapping[str, Any]:
    return {
        "customer": contact.customer_id,
        "contact": contact.pk,
        "uid": str(contact.uid),
        "role": contact.role,
        "left_on": f"{contact.left_on}" if contact.left_on else None,
    }
