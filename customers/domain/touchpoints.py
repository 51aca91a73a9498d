from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from customers.domain import timeline
from customers.domain.contacts import customers_of
from customers.domain.timeline import Entry
from customers.models import Touchpoint, TouchpointTakenBack

LOGGED = "customers.touchpoint_logged.v1"
TAKEN_BACK = "customers.touchpoint_taken_back.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTouchpoint:
    """A contact between a customer and us at an instant that has come."""

    customer: int
    kind: str
    at: datetime
    two_way: bool = False
    contact: int | None = None
    text: str = ""


@transaction.atomic
def log(*, touchpoints: Sequence[NewTouchpoint], by: User | None, at: datetime) -> list[Touchpoint]:
    """Record touchpoints, known on the day of ``at``. Returns them in the order given.

    Raises ValidationError for an unknown kind, an instant after ``at``, or a contact of another customer.
    """
    _check(touchpoints, at)
    zone = clock.zone()
    known_on = at.astimezone(zone).date()
    texts = timeline.write_texts(texts=[(new.customer, new.contact, new.text) for new in touchpoints])
    logged = Touchpoint.objects.bulk_create(
        Touchpoint(
            customer_id=new.customer,
            contact_id=new.contact,
            by=by,
            at=new.at,
            day=new.at.astimezone(zone).date(),
            known_on=known_on,
            kind=new.kind,
            two_way=new.two_way,
            text=text,
        )
        for new, text in zip(touchpoints, texts, strict=True)
    )
    timeline.tell(entries=map(_entry, logged), known_on=known_on, by=by)
    events.append(type=LOGGED, payloads=map(_payload, logged), at=at)
    return logged


@transaction.atomic
def take_back(*, touchpoints: Iterable[int], by: User, at: datetime) -> list[Touchpoint]:
    """Let those of these touchpoints that ``by`` logged count no more: they were logged by mistake.

    What somebody else logged, and what was taken back before, is left alone. Returns those taken back now.
    """
    known_on = clock.today(at)
    own = Touchpoint.objects.filter(pk__in=list(touchpoints), by=by, taken_back=None)
    found = list(own.select_for_update(of=("self",)).order_by("pk"))
    TouchpointTakenBack.objects.bulk_create(
        TouchpointTakenBack(touchpoint=one, by=by, day=one.day, known_on=known_on) for one in found
    )
    entries = [replace(_entry(one), kind="touchpoint_taken_back", at=at, text=None) for one in found]
    timeline.tell(entries=entries, known_on=known_on, by=by)
    events.append(type=TAKEN_BACK, payloads=map(_payload, found), at=at)
    return found


def _check(touchpoints: Sequence[NewTouchpoint], at: datetime) -> None:
    owners = customers_of(new.contact for new in touchpoints)
    for new in touchpoints:
        if new.kind not in Touchpoint.Kind.values:
            raise ValidationError({"kind": _("There is no kind of touchpoint “%(kind)s”.") % {"kind": new.kind}})
        if new.at > at:
            raise ValidationError({"at": _("A touchpoint is logged when it has happened.")})
        if new.contact is not None and owners.get(new.contact) != new.customer:
            raise ValidationError({"contact": _("This contact is not of this customer.")})


def _entry(logged: Touchpoint) -> Entry:
    return Entry(
        customer=logged.customer_id,
        kind="touchpoint",
        at=logged.at,
        values={"kind": logged.kind, "two_way": logged.two_way, "contact": logged.contact_id},
        text=logged.text,
    )


def _payload(logged: Touchpoint) -> Mapping[str, Any]:
    return {
        "customer": logged.customer_id,
        "touchpoint": logged.pk,
        "uid": str(logged.uid),
        "kind": logged.kind,
        "two_way": logged.two_way,
        "contact": logged.contact_id,
        "day": f"{logged.day}",
        "by": logged.by_id,
    }
