"""The first import, the nightly reconciliation, and the page that shows both."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import make_cast
from core import clock
from core.models import Event
from core.ticks import NIGHT
from customers.models import Customer
from subscriptions.models import Invoice, StripeAccount, StripeEvent, SubscriptionVersion
from subscriptions.stripe import connection, fetching
from subscriptions.tests import stripe_says as says
from subscriptions.tests.stripe_server import KEY, Account, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe(settings: Any, time_machine: Any) -> Iterator[Account]:
    time_machine.move_to("2026-06-15T10:00:00Z", tick=False)
    with serving() as account:
        settings.STRIPE_API = account.address
        connection.connect(api_key=KEY, endpoint_secret=says.SECRET)
        yield account


def fill(stripe: Account) -> None:
    stripe.has = {
        "products": [{"id": "prod_1", "object": "product", "name": "Gold"}],
        "customers": [says.customer(f"cus_{n}", name=f"Customer {n}") for n in (1, 2, 3)],
        "subscriptions": [
            says.subscription(says.item(id=f"si_{n}"), id=f"sub_{n}", customer=f"cus_{n}") for n in (1, 2, 3)
        ],
        "invoices": [says.invoice(created=says.seconds("2026-03-01"))],
        "events": [],
    }


def fetch(**how: Any) -> None:
    fetching.begin(at=clock.now(), **how)
    says.work()


def test_the_first_import_is_history(stripe: Account) -> None:
    fill(stripe)
    before = says.subscription(says.item(id="si_1", quantity=3), id="sub_1")
    stripe.has["events"] = [says.event("customer.subscription.updated", before, "2026-06-01")]
    fetch()
    assert Customer.objects.count() == 3
    assert {one.known_on for one in Customer.objects.all()} == {date(2026, 1, 1)}
    first, second = says.versions("sub_1/si_1")
    known = SubscriptionVersion.objects.filter(subscription=first.subscription).earliest("known_on").known_on
    assert (known, first.plan.name, first.amount) == (date(2026, 2, 1), "Gold", 60)
    assert (second.starts_on, second.known_on, second.amount) == (date(2026, 6, 15), date(2026, 6, 15), 20)
    assert Invoice.objects.get().known_on == date(2026, 3, 1)
    (told,) = Event.objects.exclude(type="subscriptions.stripe_connected.v1")
    assert told.type == "data.loaded.v1"
    assert told.payload["nouns"]["customers"] == {"new": 3, "changed": 0, "history": True}
    account = StripeAccount.current()
    assert account.imported["done"]["customers"] == 3
    assert account.imported_at == clock.now()


def test_the_night_finds_what_no_web_hook_told(stripe: Account, time_machine: Any) -> None:
    fill(stripe)
    fetch()
    rows, events = SubscriptionVersion.objects.count(), StripeEvent.objects.count()
    time_machine.move_to("2026-06-16T01:30:00Z", tick=False)
    fetch(night=True)
    assert (SubscriptionVersion.objects.count(), StripeEvent.objects.count()) == (rows, events)
    (item,) = stripe.has["subscriptions"][1]["items"]["data"]
    item["quantity"] = 2
    missed = says.event("customer.updated", says.customer("cus_3", name="Renamed"), "2026-06-16T00:00:00")
    stripe.has["events"] = [missed]
    stripe.has["customers"][2]["name"] = "Renamed"
    for day, amounts in ((17, [20, 40]), (18, [20, 40, 20])):
        time_machine.move_to(f"2026-06-{day}T01:30:00Z", tick=False)
        NIGHT["ask stripe"].run(date(2026, 6, day))
        says.work()
        assert [one.amount for one in says.versions("sub_2/si_2")] == amounts
        item["quantity"] = 1
    assert Customer.objects.filter(name="Renamed").exists()
    found = StripeEvent.objects.filter(origin="night").exclude(became__in=["", "nothing", "known"])
    assert set(found.values_list("object_id", flat=True)) == {"cus_3", "sub_2"}
    assert StripeAccount.current().reconciled["done"]["versions"] > 0


def test_without_an_import_the_night_asks_nobody(stripe: Account) -> None:
    NIGHT["ask stripe"].run(date(2026, 6, 16))
    says.work()
    assert stripe.asked == []


def test_a_key_that_stripe_refuses_is_said(stripe: Account) -> None:
    connection.connect(api_key="rk_wrong")
    fetch()
    assert "Invalid API Key" in StripeAccount.current().imported["problem"]


def test_objects_in_the_shapes_of_the_api_are_read(stripe: Account, shared_data: Path) -> None:
    shapes = json.loads((shared_data / "stripe_fixtures" / "fixtures3.json").read_text())["resources"]
    customer = shapes["customer"]
    sub = shapes["subscription"] | {"customer": customer["id"], "status": "active"}
    sub |= {"discounts": [], "cancel_at_period_end": False}
    sub |= dict.fromkeys(("cancel_at", "ended_at", "canceled_at", "pause_collection", "schedule"))
    sub["items"]["data"][0]["price"]["transform_quantity"] = None
    parent = {"type": "subscription_details", "subscription_details": {"subscription": sub["id"]}}
    bill = shapes["invoice"] | {"customer": customer["id"], "status": "open", "parent": parent, "attempt_count": 1}
    card = shapes["payment_method"] | {"customer": customer["id"]}
    schedule = shapes["subscription_schedule"] | {"customer": customer["id"], "subscription": sub["id"]}
    stripe.has = {
        "products": [shapes["product"]], "prices": [shapes["price"]], "coupons": [shapes["coupon"]],
        "customers": [customer], "subscriptions": [sub], "subscription_schedules": [schedule],
        "invoices": [bill | {"attempted": True, "total": 1000, "created": says.seconds("2026-06-10")}],
    }  # fmt: skip
    fetch()
    says.tell(says.event("payment_method.attached", card, "2026-06-10"))
    (version,) = says.versions(f"{sub['id']}/si_QXhVnC2h0Jczwc")
    assert (version.amount, version.interval, version.plan.name) == (20, "month", "T-shirt")
    assert [one[4] for one in says.picture()["invoices"]] == ["failed"]
    assert says.picture()["cards"] == [("Visa ·· 4242", date(2030, 8, 31))]


def test_the_page_is_for_administrators(client: Client, stripe: Account) -> None:
    cast = make_cast()
    says.tell(says.event("customer.created", says.customer(name="<b>North"), "2026-01-01"))
    says.tell(says.event("invoice.finalized", says.invoice(), "2026-03-01"))
    event = StripeEvent.objects.get(kind="invoice")
    pages = ["/settings/stripe/", f"/settings/stripe/{event.pk}/"]
    for user in (cast.owner, cast.lead, cast.analyst):
        client.force_login(user)
        assert [client.get(page).status_code for page in pages] == [403, 403]
        assert [client.post(f"/settings/stripe/{act}").status_code for act in ("", "again/", "fetch/")] == [403] * 3
    client.force_login(cast.administrator)
    text, sheet = (client.get(page).content.decode() for page in pages)
    assert "waits for sub_1" in text
    assert "&lt;b&gt;North" in text
    assert says.SECRET not in text
    assert "&quot;status&quot;: &quot;open&quot;" in sheet
    assert client.get("/settings/stripe/999999/").status_code == 404
    assert "waits for sub_1" not in client.get("/settings/stripe/?state=applied").content.decode()
    assert client.get("/settings/stripe/?state=x&night=1").status_code == 200


def test_the_secrets_are_changed_and_events_looked_at_again(client: Client, stripe: Account) -> None:
    client.force_login(make_cast().administrator)
    assert client.post("/settings/stripe/", {"endpoint_secret": "wrong"}).status_code == 422
    client.post("/settings/stripe/", {"endpoint_secret": "whsec_new", "api_key": ""})
    account = StripeAccount.current()
    assert (account.endpoint_secret, account.api_key) == ("whsec_new", KEY)
    fill(stripe)
    client.post("/settings/stripe/fetch/")
    says.work()
    assert Customer.objects.count() == 3
    event = StripeEvent.objects.filter(kind="subscription").latest("pk")
    StripeEvent.objects.filter(pk=event.pk).update(state="failed", problem="x")
    client.post("/settings/stripe/again/", {"event": event.pk})
    says.work()
    event.refresh_from_db()
    assert (event.state, event.problem) == ("applied", "")
