"""What Stripe tells by web hook, and what becomes of it."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from core.failpoints import armed
from core.models import ExternalId, Job
from customers.models import Customer
from subscriptions.domain import ledger_check, rulesets
from subscriptions.models import MrrMovement, StripeEvent
from subscriptions.stripe import said
from subscriptions.tests import stripe_says as says
from subscriptions.tests.factories import rate
from subscriptions.tests.stripe_says import customer, event, item, price, subscription, tell, versions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connected(db: None, time_machine: Any) -> None:
    time_machine.move_to("2026-06-15T10:00:00Z", tick=False)
    says.connect()


BEGINS = [
    event("customer.created", customer(), "2026-01-01"),
    event("customer.subscription.created", subscription(), "2026-02-01"),
]


def test_a_door_without_a_valid_signature_is_closed(time_machine: Any) -> None:
    body = json.dumps(BEGINS[0]).encode()
    now = int(clock.now().timestamp())
    wrong = [
        {}, {"Stripe-Signature": "rubbish"}, {"Stripe-Signature": f"t={now},v1=0"}, says.signed(body, secret="other"),
        {"Stripe-Signature": says.signed(body)["Stripe-Signature"].replace("v1", "v0")},
        says.signed(body + b" "), says.signed(body, at=now - 301), says.signed(body, at=now + 301),
        {"Stripe-Signature": f"t={now},t=²,v1=é"},
    ]  # fmt: skip
    for headers in wrong:
        assert says.CLIENT.post("/hooks/stripe/", body, "application/json", headers=headers).status_code == 403
    assert not StripeEvent.objects.exists()
    rolled = says.signed(body, at=now - 299)
    rolled["Stripe-Signature"] = rolled["Stripe-Signature"].replace(",v1", ",v1=0,v1")
    assert says.CLIENT.post("/hooks/stripe/", body, "application/json", headers=rolled).status_code == 200
    says.StripeAccount.objects.all().delete()
    assert says.post(BEGINS[1], secret="").status_code == 403
    assert says.CLIENT.get("/hooks/stripe/").status_code == 405


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'"x"', b"[" * 20000, b'{"id": 1, "type": "x", "created": 1}'])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    assert says.CLIENT.post("/hooks/stripe/", body, "application/json", headers=says.signed(body)).status_code == 400


def test_an_event_is_kept_once(django_capture_on_commit_callbacks: Any) -> None:
    assert says.post(BEGINS[0]).content == b"kept"
    assert says.post(BEGINS[0]).content == b"was kept before"
    assert StripeEvent.objects.get().payload == BEGINS[0]
    assert Job.objects.filter(kind="subscriptions.stripe").count() == 1


def test_what_the_database_can_not_hold_is_left_out() -> None:
    says.tell(event("customer.created", customer(name="North\x00wind"), "2026-01-01"))
    assert Customer.objects.get().name == "Northwind"


def test_it_is_kept_before_stripe_is_told_so() -> None:
    with armed("stripe.after_commit=raise"), pytest.raises(Exception, match="after_commit"):
        says.post(BEGINS[0])
    assert StripeEvent.objects.count() == 1


def test_unknown_kinds_are_kept_and_ignored() -> None:
    tell(event("climate.order.created", {"id": "co_1", "object": "climate.order"}, "2026-01-01"))
    tell(event("invoice.upcoming", {"id": None, "object": "invoice", "customer": "cus_1"}, "2026-01-01"))
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"ignored"}


def test_a_subscription_becomes_mrr() -> None:
    tell(*BEGINS)
    (one,) = versions()
    assert (one.starts_on, one.ends_on, one.mrr, one.plan.name) == (date(2026, 2, 1), None, 20, "prod_1")
    assert Customer.objects.get().name == "Northwind"
    assert MrrMovement.objects.get().kind == "new"
    assert [found.state for found in StripeEvent.objects.all()] == ["applied", "applied"]
    assert ExternalId.objects.get(value="sub_1").object_id == ExternalId.objects.get(value="sub_1/si_1").object_id
    assert list(ledger_check.differences()) == []


def test_twice_the_same_changes_nothing() -> None:
    tell(*BEGINS)
    before = says.SubscriptionVersion.objects.count(), MrrMovement.objects.count()
    tell(event("customer.subscription.updated", subscription(metadata={"a": "b"}), "2026-03-01"))
    assert (says.SubscriptionVersion.objects.count(), MrrMovement.objects.count()) == before
    assert StripeEvent.objects.get(type="customer.subscription.updated").became == "nothing"


def test_what_can_not_be_written_is_said_and_tried_again() -> None:
    euro = subscription(item(price(currency="eur"), id="si_2"), id="sub_2")
    tell(*BEGINS)
    tell(event("customer.subscription.created", euro, "2026-02-01"))
    failed = StripeEvent.objects.get(object_id="sub_2")
    assert failed.state == "failed"
    assert "EUR" in failed.problem
    assert versions()[0].amount == Decimal(20)
    rate("EUR", "1.1", date(2026, 2, 1))
    tell(event("customer.updated", customer(phone="1"), "2026-02-02"))
    failed.refresh_from_db()
    assert (failed.state, failed.problem, versions("sub_2/si_2")[0].amount) == ("applied", "", 20)


def test_a_day_without_a_rate_is_said_too() -> None:
    """The rate of an earlier amount is needed on the day of a later change."""
    rulesets.establish()
    rate("EUR", "1.1", date(2026, 2, 1))
    euro = subscription(item(price(currency="eur"), id="si_2"), id="sub_2")
    tell(BEGINS[0], event("customer.subscription.created", euro, "2026-02-01"))
    tell(event("customer.created", customer("cus_2", name="Kestrel"), "2026-02-01"))
    begun = {"start_date": says.seconds("2026-03-01")}
    tell(event("customer.subscription.created", subscription(**begun), "2026-03-01"))
    assert "EUR on 2026-03-01" in StripeEvent.objects.get(object_id="sub_1").problem
    assert says.versions("sub_2/si_2")[0].currency == "EUR"


def test_people_are_forgotten_after_a_while(time_machine: Any) -> None:
    tell(
        event("customer.created", customer(email="ana@example.com", address={"city": "Oslo"}), "2026-01-01"), BEGINS[1]
    )
    time_machine.move_to("2026-09-13T09:00:00Z", tick=False)
    assert said.forget_people(before=clock.now()) == 0
    time_machine.move_to("2026-09-13T11:00:00Z", tick=False)
    assert said.forget_people(before=clock.now()) == 2
    kept = StripeEvent.objects.get(kind="customer").payload["data"]["object"]
    assert kept == customer()
    assert said.forget_people(before=clock.now()) == 0
