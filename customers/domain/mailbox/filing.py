"""Whose a mail is, and how it becomes a touchpoint."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower

from accounts.models import User
from core.domain import events
from customers.domain import touchpoints
from customers.domain.mailbox.addresses import Door, door_of
from customers.domain.mailbox.reading import Incoming
from customers.domain.touchpoints import NewTouchpoint
from customers.models import Contact, Customer, MailReceived, Touchpoint
from customers.registry.thread import THREADS

RECEIVED = "customers.mail_received.v1"
MOST = 5  # customers that one mail is filed on
OLDEST = timedelta(days=30)
State = MailReceived.State


@dataclass(frozen=True, slots=True)
class Place:
    """A customer that a mail belongs to, and the contact it is with, if that is known."""

    customer: int
    contact: int | None


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a mail: on whom it was filed. Empty for one that nobody is known for, or that a program wrote."""

    state: str
    touchpoints: Sequence[Touchpoint] = ()


@transaction.atomic
def file(*, mail: Incoming, at: datetime) -> Filed | None:
    """File a mail on the customers it belongs to, as a touchpoint of each; the same mail once.

    From one of ours, to their customer: one-way. From a contact: both took part. An answer to a mail of ours is filed
    on the customer that was written to, whoever sends it. None where no address of it leads in here.
    """
    door = next((door for one in mail.recipients if (door := door_of(one))), None)
    if door is None:
        return None
    digest = hashlib.sha256(mail.message_id.encode() or repr(mail).encode()).hexdigest()
    if mail.automatic:
        return _kept(digest, State.AUTOMATIC, at)
    ours = User.objects.filter(email__iexact=mail.sender, is_active=True).first() if mail.sender else None
    places = _places(mail, door, ours)
    new = [place for place in places if _is_new(digest, place.customer, at)]
    if not places:
        return _kept(digest, State.UNKNOWN, at)
    logged = _log(mail, new, ours, at)
    for one in logged:
        MailReceived.objects.filter(digest=digest, customer=one.customer_id).update(touchpoint=one)
    events.append(type=RECEIVED, payloads=[_payload(one, door, ours) for one in logged], at=at)
    return Filed(State.FILED, logged)


def _kept(digest: str, state: str, at: datetime) -> Filed:
    MailReceived.objects.bulk_create([MailReceived(digest=digest, state=state, at=at)], ignore_conflicts=True)
    return Filed(state)


def _is_new(digest: str, customer: int, at: datetime) -> bool:
    row = MailReceived(digest=digest, customer_id=customer, state=State.FILED, at=at)
    MailReceived.objects.bulk_create([row], ignore_conflicts=True)
    found = MailReceived.objects.select_for_update().get(digest=digest, customer=customer)
    return found.touchpoint_id is None


def _places(mail: Incoming, door: Door, ours: User | None) -> list[Place]:
    if door.is_reply and door.uid and not ours:
        found = THREADS[door.kind](door.uid) if door.kind in THREADS else None
        if found:
            customer, contact = found
            sender = _contacts([mail.sender]).filter(customer=customer).values_list("pk", flat=True).first()
            wrote = Contact.objects.filter(pk=contact, email__iexact=mail.sender).exists()
            return [Place(customer, sender or (contact if wrote else None))]
    theirs = [one for one in mail.recipients if not door_of(one)] if ours else [mail.sender]
    return _known(theirs, ours)[:MOST]


def _contacts(addresses: Iterable[str]) -> Any:
    wanted = [one for one in addresses if one]
    rows = Contact.objects.annotate(address=Lower("email")).filter(address__in=wanted, left_on=None)
    return rows.order_by("pk")


def _known(addresses: Sequence[str], ours: User | None) -> list[Place]:
    """The customers of these people, by address; else by their domain. For one of ours, only whom they see."""
    seen = (Customer.objects.visible_to(ours) if ours else Customer.objects.all()).current()
    rows = _contacts(addresses).filter(customer__in=seen).values_list("customer", "pk")
    places = {customer: Place(customer, contact) for customer, contact in reversed(list(rows))}
    if not places:
        domains = {one.rpartition("@")[2] for one in addresses if "@" in one}
        owners = seen.annotate(low=Lower("domain")).filter(low__in=domains).exclude(domain="")
        places = {pk: Place(pk, None) for pk in owners.order_by("pk").values_list("pk", flat=True)}
    return list(places.values())


def _log(mail: Incoming, places: Sequence[Place], ours: User | None, at: datetime) -> list[Touchpoint]:
    written = mail.at if mail.at and at - OLDEST <= mail.at <= at else at
    text = f"{mail.subject}\n\n{mail.words}".strip()
    new = [
        NewTouchpoint(
            customer=place.customer, contact=place.contact, kind="mail", at=written, two_way=ours is None, text=text
        )
        for place in places
    ]
    return touchpoints.log(touchpoints=new, by=ours, at=at) if new else []


def _payload(one: Touchpoint, door: Door, ours: User | None) -> dict[str, Any]:
    return {
        "customer": one.customer_id,
        "contact": one.contact_id,
        "touchpoint": one.pk,
        "text": one.text_id,
        "from_us": ours is not None,
        "thread": f"{door.kind}:{door.uid}" if door.is_reply else "",
    }
