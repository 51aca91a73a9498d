"""What was agreed, billed and paid with by Stripe, as versions, invoices and cards of ours."""

from datetime import date
from typing import Any

import pytest

from core.models import ExternalId
from customers.models import Customer
from subscriptions.domain import dunning
from subscriptions.models import Card, Invoice, MrrMovement, Plan, StripeEvent
from subscriptions.stripe import terms, writing
from subscriptions.stripe.known import Known, State
from subscriptions.tests import stripe_says as says
from subscriptions.tests.stripe_says import customer, event, invoice, item, price, subscription, tell, versions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connected(db: None, time_machine: Any) -> None:
    time_machine.move_to("2026-06-15T10:00:00Z", tick=False)
    says.connect()


BEGINS = [
    event("customer.created", customer(), "2026-01-01"),
    event("customer.subscription.created", subscription(), "2026-02-01"),
]


PRICES = [
    (price(100, "day"), 1, ("year", "365.0000")),
    (price(700, "day", 7), 1, ("week", "7.0000")),
    (price(1000, "week", 2), 1, ("week", "5.0000")),
    (price(3000, "month", 2), 1, ("month", "15.0000")),
    (price(9000, "month", 3), 2, ("quarter", "180.0000")),
    (price(60000, "month", 6), 1, ("half_year", "600.0000")),
    (price(120000, "month", 12), 1, ("year", "1200.0000")),
    (price(240000, "year", 2), 1, ("year", "1200.0000")),
    (price(5000, currency="jpy"), 1, ("month", "5000.0000")),
    (price(5000, currency="kwd"), 1, ("month", "5.0000")),
    (price(None, unit_amount_decimal="0.5"), 1000, ("month", "5.0000")),
    (price(1000, transform_quantity={"divide_by": 10, "round": "up"}), 11, ("month", "20.0000")),
    (price(None, tiers=[{"up_to": 5, "unit_amount": 100}, {"up_to": None, "unit_amount": 50}], tiers_mode="graduated"),
     7, ("month", "6.0000")),
    (price(None, tiers=[{"up_to": 5, "unit_amount": 100}, {"up_to": None, "unit_amount": 50, "flat_amount": 20}],
           tiers_mode="volume"), 7, ("month", "3.7000")),
    (price(12000, tax_behavior="inclusive"), 1, ("month", "100.0000")),
]  # fmt: skip


@pytest.mark.parametrize(("priced", "quantity", "expected"), PRICES)
def test_prices_of_every_interval(priced: dict[str, Any], quantity: int, expected: tuple[str, str]) -> None:
    sold = subscription(item(priced, quantity, tax_rates=[{"percentage": 20, "inclusive": True}]))
    state = State("subscription", "sub_1", says.seconds("2026-02-01"), sold)
    (found,) = terms.read(state, {}, Known([state]), writing.day_of).items.values()
    assert (found.interval, f"{found.amount}") == expected


def test_an_old_plan_is_a_price() -> None:
    plan = {"id": "gold", "object": "plan", "amount": 1500, "currency": "usd", "interval": "month", "product": "prod_1"}
    old = subscription(plan=plan, quantity=2, items=None)
    tell(BEGINS[0], event("customer.subscription.created", old, "2026-02-01"))
    assert versions("sub_1/sub_1")[0].amount == 30


def test_each_item_is_a_line_of_business() -> None:
    second = item(price(1000, id="price_2", product="prod_2"), 3, id="si_2", created=2)
    tell(*BEGINS, event("customer.subscription.updated", subscription(item(created=1), second), "2026-03-10"))
    assert [one.amount for one in versions("sub_1/si_2")] == [30]
    tell(event("customer.subscription.updated", subscription(item(created=1)), "2026-04-10"))
    (gone,) = versions("sub_1/si_2")
    assert (gone.starts_on, gone.ends_on, gone.churn_kind) == (date(2026, 3, 10), date(2026, 4, 10), "voluntary")
    kinds = MrrMovement.objects.exclude(kind="none").order_by("day").values_list("kind", flat=True)
    assert list(kinds) == ["new", "expansion", "contraction"]


def test_changes_are_versions_whatever_their_order() -> None:
    later = [
        event("customer.subscription.updated", subscription(item(quantity=3)), "2026-03-10"),
        event("customer.subscription.updated", subscription(item(quantity=2)), "2026-04-10"),
    ]
    tell(later[1])
    tell(later[0])
    tell(*reversed(BEGINS))
    found = [(one.starts_on, one.ends_on, one.amount) for one in versions()]
    march, april = date(2026, 3, 10), date(2026, 4, 10)
    assert found == [(date(2026, 2, 1), march, 20), (march, april, 60), (april, None, 40)]


def test_an_end_that_is_decided_and_taken_back() -> None:
    ends = {"cancel_at_period_end": True, "canceled_at": says.seconds("2026-06-10")}
    ends |= {"current_period_end": says.seconds("2026-07-01")}
    tell(*BEGINS, event("customer.subscription.updated", subscription(**ends), "2026-06-10"))
    (one,) = versions()
    assert (one.ends_on, one.cancelled_on, one.churn_kind) == (date(2026, 7, 1), date(2026, 6, 10), "voluntary")
    tell(event("customer.subscription.updated", subscription(), "2026-06-11"))
    assert versions()[0].ends_on is None
    tell(
        event(
            "u",
            subscription(cancel_at=says.seconds("2026-08-05"), canceled_at=says.seconds("2026-06-12")),
            "2026-06-12",
        )
    )
    assert versions()[0].ends_on == date(2026, 8, 5)


def test_what_ended_stays_so() -> None:
    details = {"reason": "payment_failed", "feedback": "too_expensive"}
    gone = subscription(status="canceled", ended_at=says.seconds("2026-05-01"), cancellation_details=details)
    tell(*BEGINS, event("customer.subscription.deleted", gone, "2026-05-01"))
    tell(event("customer.subscription.updated", subscription(item(quantity=9)), "2026-05-02"))
    (one,) = versions()
    assert (one.ends_on, one.churn_kind, one.reason) == (date(2026, 5, 1), "involuntary", "too_expensive")


@pytest.mark.parametrize(("status", "kind"), [("past_due", "involuntary"), ("active", "voluntary")])
def test_an_end_without_a_reason_is_of_the_kind_of_what_was_before(status: str, kind: str) -> None:
    gone = subscription(status="canceled", ended_at=says.seconds("2026-05-01"))
    tell(*BEGINS, event("u", subscription(status=status), "2026-04-20"), event("x.deleted", gone, "2026-05-01"))
    assert versions()[0].churn_kind == kind


def test_a_trial_counts_from_its_end_and_one_that_never_began_not() -> None:
    trial = subscription(status="trialing", trial_end=says.seconds("2026-02-15"))
    never = subscription(item(id="si_2"), id="sub_2", status="incomplete_expired")
    tell(BEGINS[0], event("a", trial, "2026-02-01"), event("b", never, "2026-02-01"))
    assert versions()[0].trial_ends_on == date(2026, 2, 15)
    assert versions("sub_2/si_2") == []
    tell(event("c", subscription(item(quantity=2), trial_end=says.seconds("2026-02-15")), "2026-03-01"))
    assert [one.trial_ends_on for one in versions()] == [date(2026, 2, 15), None]
    assert MrrMovement.objects.earliest("day").day == date(2026, 2, 15)


def test_a_pause_that_ends_by_itself() -> None:
    pause = {"behavior": "void", "resumes_at": says.seconds("2026-07-01")}
    tell(*BEGINS, event("customer.subscription.paused", subscription(pause_collection=pause), "2026-06-01"))
    found = [(one.starts_on, one.paused, one.mrr) for one in versions()]
    june, july = date(2026, 6, 1), date(2026, 7, 1)
    assert found == [(date(2026, 2, 1), False, 20), (june, True, 0), (july, False, 20)]


def coupon(id: str = "c1", **more: Any) -> dict[str, Any]:
    return {"id": id, "object": "coupon", "duration": "forever", **more}


def discount(of: Any, **more: Any) -> dict[str, Any]:
    return {"id": "di_1", "object": "discount", "coupon": of, "customer": "cus_1", **more}


def test_discounts_by_percent_and_by_amount() -> None:
    second = item(price(6000, id="price_2", product="prod_2"), id="si_2", created=2)
    cut = discount(coupon(amount_off=2000), end=says.seconds("2026-08-01"))
    of_item = {"discounts": [discount(coupon("c2", percent_off=50), id="di_2")]}
    tell(BEGINS[0], event("a", subscription(item(created=1), {**second, **of_item}, discounts=[cut]), "2026-02-01"))
    (one,), (two,) = versions(), versions("sub_1/si_2")
    assert (one.amount, one.discount, one.discount_ends_on) == (12, 8, date(2026, 8, 1))
    assert (two.amount, two.discount, two.discount_ends_on) == (18, 12, date(2026, 8, 1))


def test_a_discount_that_is_named_only_is_waited_for() -> None:
    tell(BEGINS[0], event("customer.subscription.created", subscription(discounts=["di_1"]), "2026-02-01"))
    kept = StripeEvent.objects.get(kind="subscription")
    assert (versions()[0].amount, kept.state, kept.waits_for) == (20, "waiting", "di_1")
    named = discount(None, source={"type": "coupon", "coupon": "c1"})
    tell(event("customer.discount.created", named, "2026-02-01"))
    assert StripeEvent.objects.get(kind="subscription").waits_for == "c1"
    tell(event("coupon.created", coupon(percent_off=25), "2026-01-01"))
    assert versions()[0].amount == 15
    assert StripeEvent.objects.get(kind="subscription").state == "applied"


def test_the_discount_of_a_customer_counts_where_there_is_no_other() -> None:
    cut = {"id": "di_1", "object": "discount", "coupon": coupon(percent_off=50, duration="once")}
    tell(event("customer.created", customer(discount=cut), "2026-01-01"), BEGINS[1])
    assert versions()[0].amount == 10


def phases(*changes: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"start_date": says.seconds(on), "items": [{"price": "price_1", "quantity": n}]} for on, n in changes]


def test_a_schedule_is_known_before_it_comes() -> None:
    planned = {"id": "sch_1", "object": "subscription_schedule", "customer": "cus_1", "subscription": "sub_1"}
    planned |= {"status": "active", "phases": phases(("2026-02-01", 1), ("2026-07-01", 2), ("2026-08-01", 3))}
    tell(event("subscription_schedule.created", planned, "2026-02-02"), *BEGINS)
    assert [(one.starts_on, one.quantity) for one in versions()] == [
        (date(2026, 2, 1), 1), (date(2026, 7, 1), 2), (date(2026, 8, 1), 3),
    ]  # fmt: skip
    tell(event("subscription_schedule.released", {**planned, "status": "released"}, "2026-06-15"))
    assert [(one.starts_on, one.ends_on) for one in versions()] == [(date(2026, 2, 1), None)]


def test_a_long_term_renews() -> None:
    yearly = subscription(item(price(120000, "year")), current_period_end=says.seconds("2027-02-01"))
    tell(BEGINS[0], event("a", yearly, "2026-02-01"))
    assert (versions()[0].term_ends_on, versions()[0].auto_renews) == (date(2027, 2, 1), True)


def test_what_is_metered_has_no_fixed_amount() -> None:
    tell(BEGINS[0], event("a", subscription(item(price(10, usage_type="metered"))), "2026-02-01"))
    assert (versions()[0].metered, versions()[0].amount) == (True, 0)


def test_a_product_is_a_plan_by_its_name() -> None:
    gold = Plan.objects.create(name="Gold")
    tell(*BEGINS)
    tell(event("product.created", {"id": "prod_1", "object": "product", "name": "Gold"}, "2026-01-01"))
    assert versions()[0].plan == gold
    tell(event("product.updated", {"id": "prod_1", "object": "product", "name": "Platinum"}, "2026-03-01"))
    gold.refresh_from_db()
    assert (gold.name, versions()[0].plan) == ("Platinum", gold)


def test_a_customer_keeps_the_name_it_was_given_here() -> None:
    tell(BEGINS[0], event("customer.updated", customer(name="Northwind Ltd"), "2026-01-02"))
    assert Customer.objects.get().name == "Northwind Ltd"
    Customer.objects.update(name="NW")
    tell(event("customer.updated", customer(name="Northwind plc"), "2026-01-03"))
    assert Customer.objects.get().name == "NW"


def test_a_customer_that_is_known_by_another_id_is_the_same() -> None:
    own = Customer.objects.create(name="Ours", created_on=date(2025, 1, 1), known_on=date(2025, 1, 1))
    source = says.ExternalId.source.field.related_model.objects.create(key="files")
    ExternalId.objects.create(source=source, noun="customer", value="C-7", object_id=own.pk)
    tell(event("customer.created", customer(metadata={"customer_id": "C-7"}), "2026-01-01"), BEGINS[1])
    assert Customer.objects.get() == own
    assert versions()[0].customer_id == own.pk


def bill() -> tuple[Any, ...]:
    one = Invoice.objects.get()
    last = one.states.latest("known_on", "id")
    return one.amount, one.subscription_id is not None, last.status, last.paid_on, last.failed_attempts


def test_an_invoice_from_draft_to_paid() -> None:
    tell(*BEGINS, event("invoice.created", invoice(status="draft"), "2026-03-01"))
    assert not Invoice.objects.exists()
    failed = invoice(attempted=True, attempt_count=2)
    tell(event("invoice.payment_failed", failed, "2026-03-05"), event("invoice.finalized", invoice(), "2026-03-01"))
    assert bill() == (20, True, "failed", None, 2)
    paid = invoice(status="paid", attempt_count=3, moved={"paid_at": says.seconds("2026-03-09")})
    tell(event("invoice.paid", paid, "2026-03-09"), event("invoice.updated", failed, "2026-03-09"))
    assert bill() == (20, True, "paid", date(2026, 3, 9), 2)


BACK = [
    ("charge", {"id": "ch_1", "object": "charge", "customer": "cus_1", "invoice": "in_1", "amount_refunded": 2000}),
    ("charge", {"id": "ch_1", "object": "charge", "customer": "cus_1", "payment_intent": "pi_1",
                "amount_refunded": 2000}),
    ("credit_note", {"id": "cn_1", "object": "credit_note", "customer": "cus_1", "invoice": "in_1", "total": 2000}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given"), BACK)
def test_what_was_paid_back_in_full_was_never_owed(kind: str, given: dict[str, Any]) -> None:
    paid = invoice(status="paid", payment_intent="pi_1", moved={"paid_at": says.seconds("2026-03-02")})
    part = {key: 500 if key in ("amount_refunded", "total") else value for key, value in given.items()}
    tell(*BEGINS, event("invoice.paid", paid, "2026-03-02"), event(f"{kind}.updated", part, "2026-03-03"))
    assert bill()[2] == "paid"
    tell(event(f"{kind}.updated", given, "2026-03-04"))
    assert bill()[2] == "void"


def test_an_invoice_waits_for_its_subscription() -> None:
    parent = {"subscription_details": {"subscription": "sub_1"}}
    tell(event("invoice.finalized", invoice(subscription=None, parent=parent), "2026-03-01"))
    assert StripeEvent.objects.get().waits_for == "cus_1"
    tell(BEGINS[0])
    assert StripeEvent.objects.get(kind="invoice").waits_for == "sub_1"
    tell(BEGINS[1])
    assert bill()[:2] == (20, True)
    assert StripeEvent.objects.get(kind="invoice").state == "applied"


def test_what_the_dunning_window_ended_goes_on_when_it_is_paid(time_machine: Any) -> None:
    tell(*BEGINS, event("invoice.payment_failed", invoice(attempted=True, attempt_count=4), "2026-03-05"))
    dunning.run(day=date(2026, 6, 15))
    tell(event("customer.subscription.updated", subscription(status="past_due"), "2026-06-10"))
    assert (versions()[0].ends_on, versions()[0].cause) == (date(2026, 3, 31), "invoice")
    paid = invoice(status="paid", moved={"paid_at": says.seconds("2026-06-12")})
    tell(event("invoice.paid", paid, "2026-06-12"))
    dunning.run(day=date(2026, 6, 15))
    tell(event("customer.subscription.updated", subscription(item(quantity=2)), "2026-06-14"))
    assert [(one.starts_on, one.ends_on, one.amount) for one in versions()] == [
        (date(2026, 2, 1), date(2026, 3, 31), 20),
        (date(2026, 6, 12), date(2026, 6, 14), 20),
        (date(2026, 6, 14), None, 40),
    ]


def card(id: str, year: int, **more: Any) -> dict[str, Any]:
    said = {"brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": year}
    return {"id": id, "object": "payment_method", "customer": "cus_1", "card": said, **more}


def test_the_card_that_is_paid_with() -> None:
    tell(BEGINS[0], event("payment_method.attached", card("pm_1", 2026), "2026-02-01"))
    tell(event("payment_method.attached", card("pm_2", 2030), "2026-02-02"))
    assert Card.objects.latest("pk").expires_on == date(2030, 8, 31)
    first = customer(invoice_settings={"default_payment_method": "pm_1"})
    tell(event("customer.updated", first, "2026-02-03"))
    assert (Card.objects.latest("pk").label, Card.objects.latest("pk").expires_on) == (
        "Visa ·· 4242",
        date(2026, 8, 31),
    )
    for id in ("pm_1", "pm_2"):
        gone = event("payment_method.detached", card(id, 2030, customer=None), "2026-03-01")
        gone["data"]["previous_attributes"] = {"customer": "cus_1"}
        tell(gone)
    assert Card.objects.latest("pk").expires_on == date(2026, 3, 1)
