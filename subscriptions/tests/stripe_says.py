"""Stripe for tests: objects in its shapes, signed calls of our web hook, and what became of them."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from core import clock, jobs
from core.models import ExternalId, Job
from customers.models import Customer
from subscriptions.models import Card, Invoice, Plan, StripeAccount, StripeEvent, SubscriptionVersion

SECRET = "whsec_test"
CLIENT = Client()  # one: each reads all static files when it is used first


def connect() -> None:
    StripeAccount(id=1, endpoint_secret=SECRET).save()


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def signed(body: bytes, *, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    stamp = at if at is not None else int(clock.now().timestamp())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={digest}"}


def post(event: Any, **how: Any) -> Any:
    body = json.dumps(event).encode()
    return CLIENT.post("/hooks/stripe/", body, "application/json", headers=signed(body, **how))


def event(type: str, data: dict[str, Any], on: str, id: str = "", **more: Any) -> dict[str, Any]:
    created = seconds(on)
    named = id or f"evt_{type}_{data.get('id')}_{created}"
    return {"id": named, "object": "event", "type": type, "created": created, "data": {"object": data, **more}}


def tell(*events: dict[str, Any]) -> None:
    """Send events in this order, and do the work that they make."""
    for one in events:
        answer = post(one)
        assert answer.status_code == 200, answer.content
    work()


def work() -> None:
    jobs.work(limit=10_000)
    failed = [(job.key, job.error) for job in Job.objects.exclude(error="")]
    assert not failed, failed


def customer(id: str = "cus_1", **more: Any) -> dict[str, Any]:
    return {"id": id, "object": "customer", "name": "Northwind", "created": seconds("2026-01-01"), **more}


def price(amount: int | None = 2000, interval: str = "month", count: int = 1, **more: Any) -> dict[str, Any]:
    recurring = {"interval": interval, "interval_count": count, "usage_type": more.pop("usage_type", "licensed")}
    said = {"id": "price_1", "object": "price", "currency": "usd", "product": "prod_1", "unit_amount": amount}
    return {**said, "recurring": recurring, "type": "recurring", **more}


def item(priced: dict[str, Any] | None = None, quantity: int = 1, id: str = "si_1", **more: Any) -> dict[str, Any]:
    return {"id": id, "object": "subscription_item", "price": priced or price(), "quantity": quantity, **more}


def subscription(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One since 1 February 2026, of 20 USD a month unless said otherwise."""
    said = {"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active"}
    times = {"created": seconds("2026-02-01"), "start_date": seconds("2026-02-01")}
    return {**said, **times, "items": {"object": "list", "data": list(items) or [item()]}, **more}


def invoice(**more: Any) -> dict[str, Any]:
    """An open one of 20 USD that was finalized on 1 March 2026."""
    said = {"id": "in_1", "object": "invoice", "customer": "cus_1", "subscription": "sub_1", "currency": "usd"}
    moved = {"finalized_at": seconds("2026-03-01"), **more.pop("moved", {})}
    return {**said, "status": "open", "total": 2000, "status_transitions": moved, **more}


def versions(item: str = "sub_1/si_1") -> list[SubscriptionVersion]:
    """The versions of an item that are believed in, in their order."""
    pk = ExternalId.objects.get(noun="subscription", value=item).object_id
    rows = SubscriptionVersion.objects.filter(subscription=pk).order_by("number", "-known_on", "-id").distinct("number")
    live = [one for one in rows if one.ends_on is None or one.ends_on > one.starts_on]
    return sorted(live, key=lambda one: one.starts_on)


def picture() -> dict[str, Any]:
    """All that is believed, without the ids that we gave it."""
    named = list(ExternalId.objects.filter(source__key="stripe").order_by("noun", "value"))
    items = [one.value for one in named if one.noun == "subscription"]
    fields = (
        "starts_on", "ends_on", "cancelled_on", "churn_kind", "reason", "amount", "interval", "quantity", "currency",
        "discount", "discount_ends_on", "trial_ends_on", "term_ends_on", "paused", "metered", "mrr", "auto_renews",
    )  # fmt: skip
    return {
        "names": [(one.noun, one.value) for one in named],
        "customers": sorted(Customer.objects.values_list("name", "created_on")),
        "plans": sorted(Plan.objects.values_list("name", flat=True)),
        "versions": {one: [[getattr(v, f) for f in fields] for v in versions(one)] for one in items},
        "invoices": [_billed(one) for one in Invoice.objects.order_by("day", "amount")],
        "cards": sorted((card.label, card.expires_on) for card in _cards()),
        "events": sorted(StripeEvent.objects.values_list("event_id", "state", "waits_for", "problem")),
    }


def _billed(one: Invoice) -> tuple[Any, ...]:
    last = one.states.latest("known_on", "id")
    return one.day, one.due_on, one.amount, one.currency, last.status, last.paid_on, last.failed_attempts


def _cards() -> list[Card]:
    return list(Card.objects.order_by("customer_id", "-known_on", "-id").distinct("customer_id"))
