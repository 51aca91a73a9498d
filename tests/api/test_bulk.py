from collections import Counter
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from core.models import Event
from customers.models import Contact, Customer
from subscriptions.models import InvoiceState, MrrMovement, SubscriptionVersion

pytestmark = pytest.mark.django_db

SUBSCRIPTION = {
    "subscription_id": "S1",
    "customer_id": "C0",
    "plan": "Gold",
    "interval": "month",
    "quantity": 4,
    "amount": 200,
    "currency": "USD",
    "starts_on": "2025-01-01",
}
INVOICE = {
    "invoice_id": "I1",
    "customer_id": "C0",
    "subscription_id": "S1",
    "issued_on": "2025-01-01",
    "due_on": "2025-01-15",
    "amount": "200.00",
    "currency": "USD",
    "status": "open",
}


def customers(count, **more):
    return {"rows": [{"customer_id": f"C{n}", "name": f"Customer {n}"} | more for n in range(count)]}


def done(answer):
    assert answer.status_code == 200, answer.content
    return {name: answer.json()[name] for name in ("rows", "new", "changed", "unchanged")}


def refused(answer, status=409):
    assert answer.status_code == status, answer.content
    return [(one["pointer"], one["rule"]) for one in answer.json()["errors"]]


def test_rows_are_made_then_changed_then_left_alone(writer):
    assert done(writer.post("bulk/customers/", customers(3))) == {"rows": 3, "new": 3, "changed": 0, "unchanged": 0}
    again = customers(3)
    again["rows"][1]["name"] = "Renamed"
    assert done(writer.post("bulk/customers/", again)) == {"rows": 3, "new": 0, "changed": 1, "unchanged": 2}
    assert [one["name"] for one in writer.rows("customers/?external_id=C1")] == ["Renamed"]
    assert Event.objects.filter(type="data.loaded.v1").count() == 2


@pytest.mark.parametrize(("count", "entries"), [(3, {"core.ExternalId": 3, "customers.Customer": 3}), (101, {})])
def test_of_many_rows_the_load_is_the_entry(writer, count, entries):
    done(writer.post("bulk/customers/", customers(count)))
    made = AuditEntry.objects.filter(actor__startswith="key:")
    told = Counter(made.exclude(noun__in=["accounts.Key", "core.Source"]).values_list("noun", flat=True))
    assert told == {**entries, "data.loaded.v1": 1}


def test_money_moves_at_once(writer):
    done(writer.post("bulk/customers/", customers(1)))
    assert done(writer.post("bulk/subscriptions/", {"rows": [SUBSCRIPTION]}))["new"] == 1
    assert done(writer.post("bulk/invoices/", {"rows": [INVOICE]}))["new"] == 1
    paid = INVOICE | {"status": "paid", "paid_on": "2025-01-10"}
    assert done(writer.post("bulk/invoices/", {"rows": [paid]}))["changed"] == 1
    assert SubscriptionVersion.objects.get().mrr == 200
    (movement,) = writer.rows("movements/?customer=C0")
    assert (movement["kind"], Decimal(movement["amount"])) == ("new", 200)
    (subscription,) = writer.rows("subscriptions/?external_id=S1")
    assert [(one["plan"], one["ends_on"]) for one in subscription["versions"]] == [("Gold", None)]
    (invoice,) = writer.rows("invoices/?customer=C0")
    assert (invoice["status"], invoice["paid_on"], invoice["subscription"]) == (
        "paid",
        "2025-01-10",
        subscription["id"],
    )
    assert (MrrMovement.objects.count(), InvoiceState.objects.count()) == (1, 2)


def test_one_bad_row_and_nothing_is_written(writer):
    sent = customers(3)
    sent["rows"][2]["name"] = None
    sent["rows"][1]["customer_id"] = "C0"
    assert refused(writer.post("bulk/customers/", sent)) == [
        ("#/rows/1/customer_id", "twice"),
        ("#/rows/2/name", "required"),
    ] or refused(writer.post("bulk/customers/", sent)) == [("#/rows/2/name", "required")]
    assert not Customer.objects.exists()


def test_contacts_need_their_customer(writer):
    rows = [{"contact_id": "K1", "customer_id": "C9", "email": "ana@north.test"}]
    assert refused(writer.post("bulk/contacts/", {"rows": rows})) == [("#/rows/0/customer_id", "unknown")]
    done(writer.post("bulk/customers/?source=crm", {"rows": [{"customer_id": "C9", "name": "Nine"}]}))
    assert refused(writer.post("bulk/contacts/", {"rows": rows})) == [("#/rows/0/customer_id", "unknown")]
    assert done(writer.post("bulk/contacts/?source=crm", {"rows": rows}))["new"] == 1
    assert Contact.objects.get().customer.name == "Nine"


def test_a_dry_run_writes_nothing(writer):
    assert done(writer.post("bulk/customers/?dry_run=true", customers(2)))["new"] == 2
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([{"name": "No id"}], [("#/rows/0/customer_id", "required")]),
        ([{"customer_id": "A", "name": "A"}, {"customer_id": "B"}], [("#/rows/1/name", "uneven")]),
        ([{"customer_id": "A\0", "name": "A"}], [("#/rows/0/customer_id", "nul")]),
    ],
)
def test_rows_that_are_none(writer, rows, found):
    assert refused(writer.post("bulk/customers/", {"rows": rows})) == found


@pytest.mark.parametrize("body", [[], {}, {"rows": []}, {"rows": [1]}, {"rows": [{"customer_id": []}]}, {"rows": {}}])
def test_bodies_that_are_none(writer, body):
    assert refused(writer.post("bulk/customers/", body), 400)


def test_there_is_an_end_to_rows(writer):
    assert refused(writer.post("bulk/customers/", customers(10_001)), 400) == [("#/rows", "length")]


def test_a_call_may_be_larger_than_a_form(writer, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert done(writer.post("bulk/customers/", customers(3)))["new"] == 3


def test_a_key_of_a_team_loads_nothing(of_north):
    assert of_north.post("bulk/customers/", customers(1)).status_code == 403
