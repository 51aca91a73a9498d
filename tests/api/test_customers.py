from dataclasses import replace
from datetime import date

import pytest

from accounts.tests.factories import UserFactory
from core.models import Event, ExternalId, Source
from customers.models import Attribute, Contact, Customer, SavedFilter, Standing
from customers.registry import MEASURES
from customers.tests.factories import (
    AttributeFactory,
    ContactFactory,
    CustomerFactory,
    StandingFactory,
    TicketFactory,
    TicketStateFactory,
    TouchpointFactory,
)

pytestmark = pytest.mark.django_db


def named(row, value, noun="customer", source="files"):
    known, _made = Source.objects.get_or_create(key=source)
    ExternalId.objects.create(source=known, noun=noun, value=value, object_id=row.pk)
    return row


def test_a_customer_is_made(writer):
    AttributeFactory(key="seats", type=Attribute.Type.NUMBER)
    owner = UserFactory(email="sam@holdfast.test")
    parent = named(CustomerFactory(), "P1")
    answer = writer.post(
        "customers/",
        {
            "name": "Northwind",
            "external_id": "N1",
            "country": "US",
            "employees": 240,
            "owner": "Sam@holdfast.test",
            "parent": "P1",
            "attributes": {"seats": 60},
            "created_on": "2024-05-01",
        },
    )
    assert answer.status_code == 201
    made = Customer.objects.get(name="Northwind")
    body = answer.json()
    assert body == writer.get(answer["Location"]).json()
    assert (body["id"], body["external_id"], body["parent"]) == (str(made.uid), "N1", str(parent.uid))
    assert (made.owner, made.attributes, made.created_on) == (owner, {"seats": 60}, date(2024, 5, 1))
    assert Event.objects.filter(type="customers.customer_created.v1").count() == 1
    assert [one["id"] for one in writer.rows("customers/?external_id=N1")] == [str(made.uid)]


def test_what_does_not_fit_is_named(writer):
    named(CustomerFactory(), "N1")

    def flaws(body):
        answer = writer.post("customers/", {"name": "Twice"} | body)
        assert answer.status_code == 409, answer.content
        return [(one["field"], one["rule"], one["pointer"]) for one in answer.json()["errors"]]

    assert flaws({"external_id": "N1"}) == [("external_id", "taken", "#/external_id")]
    assert flaws({"owner": "nobody@holdfast.test"}) == [("owner", "unknown", "#/owner")]
    assert flaws({"team": "Nowhere"}) == [("team", "unknown", "#/team")]
    assert flaws({"parent": "P9"}) == [("parent", "unknown", "#/parent")]
    assert flaws({"attributes": {"shoe": 1}})[0][1] == "invalid"
    assert not Customer.objects.filter(name="Twice").exists()


def test_a_customer_is_changed(writer):
    customer = CustomerFactory(name="Old", stage="live")
    answer = writer.patch(f"customers/{customer.uid}/", {"name": "New", "stage": ""})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["stage"], answer.json()["version"]) == ("New", "", 2)


def test_a_key_of_a_team_sees_and_makes_that_teams(of_north, north):
    CustomerFactory(name="Foreign")
    own = CustomerFactory(name="Own", team=north)
    foreign = Customer.objects.get(name="Foreign")
    assert [one["name"] for one in of_north.rows("customers/")] == ["Own"]
    for address in (f"customers/{foreign.uid}/", f"contacts/?customer={foreign.uid}"):
        assert of_north.get(address).status_code == 404
    assert of_north.patch(f"customers/{foreign.uid}/", {"name": "Taken"}).status_code == 404
    assert of_north.post("customers/", {"name": "Next"}).json()["team"] == "North"
    assert of_north.patch(f"customers/{own.uid}/", {"team": None}).status_code == 409
    call = {"customer": str(foreign.uid), "kind": "call", "at": "2026-01-01T10:00:00Z"}
    assert of_north.post("touchpoints/", call).status_code == 409
    assert of_north.post("contacts/", {"customer": str(foreign.uid), "name": "Ana"}).status_code == 409


def test_lists_are_narrowed(reader, north):
    logistics = StandingFactory(customer__name="Alpha", customer__industry="Logistics", band="risk").customer
    CustomerFactory(name="Beta", archived_on=date(2025, 1, 1))
    SavedFilter.objects.create(
        name="Movers", team=north, rule={"key": "attribute.industry", "op": "is", "value": "Logistics"}
    )
    for asked in ("q=alp", "industry=Logistics", "band=risk", "saved_filter=Movers"):
        assert [one["id"] for one in reader.rows(f"customers/?{asked}")] == [str(logistics.uid)]
    assert reader.rows("customers/?stage=gone") == []
    assert len(reader.rows("customers/?archived=true")) == 2
    assert reader.get("customers/?saved_filter=Nothing").status_code == 404
    assert [one["customer"] for one in reader.rows("standings/?saved_filter=Movers")] == [str(logistics.uid)]
    assert [one["name"] for one in reader.rows("saved-filters/")] == ["Movers"]


def test_private_filters_are_nobody_elses(reader):
    SavedFilter.objects.create(name="Mine", author=UserFactory(), rule={"all": []})
    assert reader.rows("saved-filters/") == []
    assert reader.get("customers/?saved_filter=Mine").status_code == 404


def test_contacts(writer):
    customer = named(CustomerFactory(), "N1")
    answer = writer.post("contacts/", {"customer": "N1", "email": "Ana@North.test", "external_id": "C1"})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["customer"], body["customer_external_id"]) == (str(customer.uid), "N1")
    assert (body["email"], body["external_id"], body["role"]) == ("ana@north.test", "C1", "user")
    changed = writer.patch(f"contacts/{body['id']}/", {"role": "champion"}, If_Match=answer["ETag"])
    assert changed.json()["role"] == "champion"
    assert writer.patch(f"contacts/{body['id']}/", {"role": "user"}, If_Match=answer["ETag"]).status_code == 412
    assert Contact.objects.get().role == "champion"
    assert len(writer.rows("contacts/?customer=N1&role=champion&left=false")) == 1
    assert writer.rows("contacts/?left=true") == []
    assert writer.post("contacts/", {"customer": "N1"}).json()["errors"][0]["field"] == "name"


def test_touchpoints(writer):
    contact = ContactFactory()
    given = {
        "customer": str(contact.customer.uid),
        "contact": str(contact.uid),
        "at": "2026-01-05T10:00:00Z",
        "kind": "call",
        "two_way": True,
        "text": "They are happy.",
    }
    answer = writer.post("touchpoints/", given)
    assert answer.status_code == 201, answer.content
    assert (
        answer.json().items() >= {"text": "They are happy.", "day": "2026-01-05", "contact": str(contact.uid)}.items()
    )
    assert len(writer.rows("touchpoints/?since=2026-01-05&until=2026-01-06&kind=call")) == 1
    assert writer.rows("touchpoints/?since=2026-01-06") == []


def test_a_ticket_has_its_latest_state(reader):
    ticket = TicketFactory()
    TicketStateFactory(ticket=ticket, customer=ticket.customer, escalated=True, priority="high")
    (row,) = reader.rows("tickets/")
    assert (row["escalated"], row["priority"], row["closed_at"]) == (True, "high", None)


def test_sensitive_measures_are_not_for_keys_of_a_team(reader, of_north, north, monkeypatch):
    monkeypatch.setitem(MEASURES, "mrr", replace(MEASURES["mrr"], sensitive=True))
    StandingFactory(customer__team=north, measured={"mrr": 5, "score": 3})
    assert reader.rows("standings/")[0]["measures"] == {"mrr": 5, "score": 3}
    assert of_north.rows("standings/")[0]["measures"] == {"score": 3}
    assert "mrr" in {one["key"] for one in reader.rows("measures/")}
    assert "mrr" not in {one["key"] for one in of_north.rows("measures/")}
    assert Standing.objects.count() == 1


def test_lists_ask_as_often_for_three_as_for_one(reader, django_assert_max_num_queries):
    def make():
        ticket = TicketFactory(customer=StandingFactory().customer)
        TicketStateFactory(ticket=ticket, customer=ticket.customer)
        TouchpointFactory(customer=ticket.customer, contact=ContactFactory(customer=ticket.customer), by=UserFactory())

    make()
    for rows in (1, 3):
        for noun in ("customers", "contacts", "touchpoints", "tickets", "standings"):
            with django_assert_max_num_queries(5):  # the key, its use, its count, the zone, the rows
                assert len(reader.rows(f"{noun}/")) == rows
        if rows == 1:
            make()
            make()
