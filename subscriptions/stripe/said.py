"""What Stripe says is kept before anything is made of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from core import jobs
from subscriptions.models import StripeEvent
from subscriptions.stripe.known import Data, id_of

JOB: Final = "subscriptions.stripe"
OF_CUSTOMERS: Final = frozenset({
    "customer", "subscription", "subscription_schedule", "invoice", "card", "payment_method", "discount", "charge",
    "credit_note",
})  # fmt: skip
OF_ALL: Final = frozenset({"price", "plan", "coupon", "product"})
LATEST: Final = 4102444800  # 2100: no clock of Stripe's is past it


class Unreadable(ValueError):
    """What came is no event."""


@transaction.atomic
def take(*, event: Mapping[str, Any], at: datetime) -> bool:
    """Keep one event of a web hook, and have it looked at. False for one that was kept before. Raises Unreadable."""
    return bool(keep(events=[_of_hook(event, at, StripeEvent.Origin.HOOK)]))


@transaction.atomic
def keep(*, events: Sequence[StripeEvent], look: bool = True) -> list[str]:
    """Keep those that are not kept yet. Returns their ids; the customers they are of are looked at by a job."""
    ids = [one.event_id for one in events]
    before = set(StripeEvent.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
    fresh = list({one.event_id: one for one in events if one.event_id not in before}.values())
    StripeEvent.objects.bulk_create(fresh, ignore_conflicts=True)
    if look:
        have_looked_at(fresh)
    return [one.event_id for one in fresh]


def have_looked_at(events: Iterable[StripeEvent]) -> None:
    """Write a job for each customer, and for each thing of no customer, that events are of."""
    open_ones = [one for one in events if one.state != StripeEvent.State.IGNORED]
    for customer in sorted({one.customer for one in open_ones if one.customer}):
        jobs.enqueue(kind=JOB, key=customer, payload={"customer": customer})
    for kind, id in sorted({(one.kind, one.object_id) for one in open_ones if not one.customer}):
        jobs.enqueue(kind=JOB, key=f"{kind} {id}"[:200], payload={"kind": kind, "object": id})


def of_fetched_event(event: Mapping[str, Any], at: datetime) -> StripeEvent:
    """An event that was fetched because its web hook never came. Raises Unreadable."""
    return _of_hook(event, at, StripeEvent.Origin.NIGHT)


def of_objects(objects: Sequence[Data], *, said: datetime, at: datetime, origin: str) -> list[StripeEvent]:
    """Objects that were fetched, as they were then; without those that are as they were said to be last."""
    ids = [id_of(data) for data in objects]
    rows = StripeEvent.objects.filter(object_id__in=ids).order_by("kind", "object_id", "-at", "-pk")
    last = {(one.kind, one.object_id): one.payload["data"]["object"] for one in rows.distinct("kind", "object_id")}
    made = [_fetched(data, said, at, origin) for data in objects]
    return [one for one in made if not _same(one.payload["data"]["object"], last.get((one.kind, one.object_id)))]


def _fetched(data: Data, said: datetime, at: datetime, origin: str) -> StripeEvent:
    kind, id = str(data.get("object")), id_of(data)
    event_id = f"fetched:{id[:80]}:{int(said.timestamp())}"
    payload: dict[str, Any] = {"id": event_id, "type": f"{kind}.fetched", "data": {"object": data}}
    one = StripeEvent(event_id=event_id, type=f"{kind}.fetched", at=said, received_at=at, origin=origin)
    return _made(one, payload)


def _same(data: Data, before: Data | None) -> bool:
    """Whether it is what it was, but for people, who are forgotten after a while."""
    return before is not None and without_people(data) == without_people(before)


def _of_hook(event: Mapping[str, Any], at: datetime, origin: str) -> StripeEvent:
    data = (event.get("data") or {}).get("object") if isinstance(event.get("data"), Mapping) else None
    created, type = event.get("created"), event.get("type")
    if not (isinstance(data, Mapping) and isinstance(created, int) and 0 <= created < LATEST):
        raise Unreadable("data.object and created")
    if not (isinstance(type, str) and isinstance(event.get("id"), str) and event["id"] and len(event["id"]) <= 120):
        raise Unreadable("id and type")
    said = datetime.fromtimestamp(created, UTC)
    one = StripeEvent(event_id=event["id"], type=type[:100], at=said, received_at=at, origin=origin)
    return _made(one, dict(event))


def _made(one: StripeEvent, payload: dict[str, Any]) -> StripeEvent:
    data = payload["data"]["object"]
    one.payload, one.kind = payload, str(data.get("object") or "")[:60]
    one.object_id, one.customer = _id(one.kind, data)[:255], _customer(one, data)[:255]
    one.deleted = one.type.endswith((".deleted", ".detached")) or data.get("deleted") is True
    if not _means_something(one):
        one.state = StripeEvent.State.IGNORED
    return one


def _customer(one: StripeEvent, data: Data) -> str:
    if one.kind == "customer":
        return id_of(data)
    before = one.payload["data"].get("previous_attributes") or {}  # of a card that was taken from its customer
    return id_of(data.get("customer")) or id_of(before.get("customer"))


def _id(kind: str, data: Data) -> str:
    if kind == "discount" and not data.get("id"):  # had none in earlier versions of the API
        return f"{id_of(data.get('customer'))}:{id_of(data.get('subscription'))}:{data.get('start')}"
    return id_of(data)


def _means_something(one: StripeEvent) -> bool:
    return bool(one.object_id) and (one.kind in OF_ALL or (one.kind in OF_CUSTOMERS and bool(one.customer)))


PERSONAL: Final = frozenset({
    "email", "phone", "address", "shipping", "billing_details", "receipt_email", "customer_email", "customer_name",
    "customer_phone", "customer_address", "customer_shipping", "customer_details", "owner", "individual_name",
})  # fmt: skip
KEPT_RAW: Final = timedelta(days=90)


def forget_people(*, before: datetime, limit: int = 5000) -> int:
    """Take what is said of people out of what came more than 90 days ago. What things cost stays. Returns how many."""
    old = StripeEvent.objects.filter(raw=True, received_at__lt=before - KEPT_RAW)
    found = list(old.only("pk", "payload").order_by("received_at")[:limit])
    for one in found:
        one.payload, one.raw = without_people(one.payload), False
    StripeEvent.objects.bulk_update(found, ["payload", "raw"], batch_size=500)
    return len(found)


def without_people(data: Any) -> Any:
    """The same without the fields that hold addresses, numbers and names of people."""
    if isinstance(data, Mapping):
        is_card = data.get("object") == "card"
        kept = {key: value for key, value in data.items() if key not in PERSONAL and not key.startswith("address_")}
        return {key: without_people(value) for key, value in kept.items() if not (is_card and key == "name")}
    return [without_people(one) for one in data] if isinstance(data, list) else data
