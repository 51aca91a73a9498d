"""The public samples of Stripe's web hooks: whatever their order, they end in one and the same state."""

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from customers.models import Customer
from subscriptions.domain import rulesets
from subscriptions.models import StripeEvent
from subscriptions.tests import stripe_says as says
from subscriptions.tests.factories import rate

pytestmark = pytest.mark.django_db

ORDERS = int(os.environ.get("STRIPE_ORDERS", "3"))
BEGINS = says.seconds("2022-03-27")
DAY = 24 * 3600

# The time line: a sample a day, from 27 March 2022 on. What creates comes before what changes and what ends.
TIME_LINE = [
    "product.created", "product.updated", "price.created", "price.updated", "plan.created", "plan.updated",
    "coupon.created", "customer.created", "customer.source.created", "customer.source.updated", "customer.updated",
    "customer.discount.created", "customer.discount.updated", "customer.subscription.created",
    "subscription_schedule.created", "subscription_schedule.updated", "invoiceitem.created", "invoiceitem.updated",
    "invoiceitem.deleted", "invoice.upcoming", "invoice.created", "invoice.updated",
    "invoice.payment_action_required", "invoice.payment_failed", "payment_intent.payment_failed", "charge.failed",
    "customer.subscription.trial_will_end", "customer.subscription.updated", "checkout.session.completed",
    "checkout.session.completed.payment_mode", "checkout.session.completed.setup_mode", "invoice.finalized",
    "payment_intent.succeeded", "charge.succeeded", "invoice.payment_succeeded", "invoice.paid", "charge.refunded",
    "charge.refund.updated", "subscription_schedule.released", "subscription_schedule.canceled",
    "customer.discount.deleted", "customer.subscription.deleted", "customer.source.deleted", "coupon.deleted",
    "price.deleted", "plan.deleted", "product.deleted", "customer.deleted",
]  # fmt: skip


def _sample(folder: Path, name: str, place: int) -> dict[str, Any]:
    """One of the samples with an id of its own, at its place of the time line."""
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    at = BEGINS + place * DAY
    if name == "customer.subscription.deleted":
        found["data"]["object"] |= {"ended_at": at, "canceled_at": at}
    return found | {"id": f"evt_sample_{place}", "created": at}


@pytest.fixture
def samples(shared_data: Path) -> list[dict[str, Any]]:
    folder = shared_data / "stripe_webhook_events"
    assert sorted(TIME_LINE) == sorted(path.stem for path in folder.glob("*.json"))
    return [_sample(folder, name, place) for place, name in enumerate(TIME_LINE)]


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def outcome(events: list[dict[str, Any]], looks: random.Random | None) -> dict[str, Any]:
    """What is believed after events in this order; the work is done at the end and, with ``looks``, now and then."""
    with undone():
        for one in events:
            assert says.post(one).status_code == 200
            if looks and looks.random() < 0.15:
                says.work()
        says.work()
        return says.picture()


def test_all_samples_end_in_one_state_whatever_their_order(samples: list[dict[str, Any]], time_machine: Any) -> None:
    time_machine.move_to("2022-06-15T10:00:00Z", tick=False)
    says.connect()
    rulesets.establish()
    for day in (date(2013, 10, 6), date(2022, 3, 26), date(2022, 5, 7)):
        rate("EUR", "1.1", day)
    expected = outcome(samples, None)
    for seed in range(ORDERS):
        draw = random.Random(seed)
        mixed = [*samples, *draw.choices(samples, k=24)]
        draw.shuffle(mixed)
        assert outcome(mixed, draw) == expected, f"order {seed}"

    (main,) = expected["versions"]["sub_000000000000000000000000/si_00000000000000"]
    began, ended = (
        date(2022, 3, 26),
        date.fromordinal(date(2022, 3, 27).toordinal() + TIME_LINE.index("customer.subscription.deleted")),
    )
    assert main[:2] == [began, ended]
    assert [bill[4] for bill in expected["invoices"]] == ["paid"]
    assert {state for _id, state, *_more in expected["events"]} == {"applied", "ignored", "waiting"}


def test_samples_as_they_are_have_ids_that_repeat(shared_data: Path) -> None:
    """The samples were stripped of their ids, 48 files have two: all but two are taken for sent again."""
    says.connect()
    raw = [json.loads(path.read_text()) for path in sorted((shared_data / "stripe_webhook_events").glob("*.json"))]
    answers = [says.post(one).content for one in raw]
    ids = {one["id"] for one in raw}
    assert (len(raw), len(ids)) == (48, 2)
    assert (answers.count(b"kept"), answers.count(b"was kept before")) == (2, 46)
    assert set(StripeEvent.objects.values_list("event_id", flat=True)) == ids


def test_what_was_deleted_stays_so(samples: list[dict[str, Any]], time_machine: Any) -> None:
    time_machine.move_to("2022-06-15T10:00:00Z", tick=False)
    says.connect()
    by_name = dict(zip(TIME_LINE, samples, strict=True))
    late = by_name["customer.subscription.updated"] | {"id": "evt_late", "created": BEGINS + 60 * DAY}
    says.tell(by_name["customer.created"], by_name["customer.subscription.deleted"], late)
    (only,) = says.versions("sub_000000000000000000000000/si_00000000000000")
    assert only.ends_on is not None
    assert Customer.objects.count() == 1
