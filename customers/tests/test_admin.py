import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_cast
from core.models import Event
from customers.models import (
    Attribute,
    AttributeChange,
    Contact,
    ContactChange,
    Customer,
    CustomerRole,
    TimelineEntry,
)
from customers.tests.factories import (
    AttributeFactory,
    ContactFactory,
    CustomerFactory,
    SavedFilterFactory,
    TicketStateFactory,
    TouchpointFactory,
)

pytestmark = pytest.mark.django_db

RULE = {"key": "attribute.industry", "op": "is", "value": "Logistics"}


@pytest.fixture
def cast(client):
    cast = make_cast()
    client.force_login(cast.administrator)
    return cast


def page(noun, what, *args):
    return reverse(f"admin:customers_{noun}_{what}", args=args)


def customer_form(**values):
    blank = dict.fromkeys(["domain", "industry", "country", "employees", "stage", "language", "time_zone"], "")
    return {"name": "Northwind", **blank, "created_on": "2025-01-01"} | values


@pytest.mark.parametrize("noun", ["customer", "contact", "touchpoint", "ticket", "attribute", "savedfilter"])
def test_a_list_costs_the_same_for_few_and_many(cast, client, noun):
    fill(cast, 1)
    few = statements_of(client, page(noun, "changelist"), rows=1)
    fill(cast, 2)
    many = statements_of(client, page(noun, "changelist"), rows=3)
    # Session, user, company for its zone, teams of the filter, the count and the page.
    assert few == many <= 6


def fill(cast, size):
    for _ in range(size):
        customer = CustomerFactory(team=cast.team, owner=cast.owner)
        contact = ContactFactory(customer=customer)
        TouchpointFactory(customer=customer, contact=contact, by=cast.owner)
        TicketStateFactory(ticket__customer=customer)
        AttributeFactory()
        SavedFilterFactory(author=cast.owner, team=cast.team, rule=RULE)


def statements_of(client, address, rows):
    with CaptureQueriesContext(connection) as found:
        response = client.get(address)
    assert len(response.context["cl"].result_list) == rows
    return len(found)


def test_customers_are_found_by_name_and_domain(cast, client):
    CustomerFactory(name="Northwind Freight"), CustomerFactory(domain="northwind.test"), CustomerFactory()
    assert client.get(page("customer", "changelist"), {"q": "NORTHW"}).context["cl"].result_count == 2


def test_a_customer_is_added_through_the_domain(cast, client):
    AttributeFactory(key="tier")
    data = customer_form(industry="Logistics", team=cast.team.pk, own_tier="gold")
    response = client.post(page("customer", "add"), data)
    assert response.status_code == 302, response.context["errors"]
    customer = Customer.objects.get()
    assert (customer.industry, customer.team, customer.attributes) == ("Logistics", cast.team, {"tier": "gold"})
    assert AttributeChange.objects.count() == 2
    assert TimelineEntry.objects.get().by == cast.administrator
    assert Event.objects.filter(type="customers.customer_created.v1").count() == 1


def test_a_customer_is_changed_through_the_domain(cast, client):
    AttributeFactory(key="tier")
    customer = CustomerFactory(attributes={"tier": "gold"})
    assert client.get(page("customer", "change", customer.pk)).status_code == 200
    client.post(page("customer", "change", customer.pk), customer_form(owner=cast.owner.pk, seen=1))
    customer.refresh_from_db()
    assert (customer.name, customer.owner, customer.attributes, customer.version) == ("Northwind", cast.owner, {}, 2)
    assert CustomerRole.objects.get().user == cast.owner


def test_own_attributes_are_shown_and_stored_by_their_type(cast, client):
    for key, type in {"seats": "number", "signed": "date", "pilot": "yes_no"}.items():
        AttributeFactory(key=key, type=type)
    customer = CustomerFactory(attributes={"seats": 3, "signed": "2025-03-01", "pilot": True, "gone": "kept"})
    shown = client.get(page("customer", "change", customer.pk)).context["adminform"].form
    assert [shown[name].value() for name in ("own_seats", "own_signed", "own_pilot")] == [3, "2025-03-01", True]
    own = {"own_seats": "4", "own_signed": "2025-04-01", "own_pilot": "false"}
    client.post(page("customer", "change", customer.pk), customer_form(seen=1, **own))
    customer.refresh_from_db()
    assert customer.attributes == {"seats": 4, "signed": "2025-04-01", "pilot": False, "gone": "kept"}


def test_what_somebody_else_changed_is_not_overwritten(cast, client):
    customer = CustomerFactory(version=2)
    response = client.post(page("customer", "change", customer.pk), customer_form(seen=1))
    assert "Somebody else changed" in response.content.decode()
    assert Customer.objects.get().version == 2


@pytest.mark.parametrize("bad", [{"country": "germany"}, {"own_seats": "many"}, {"created_on": "soon"}])
def test_a_bad_value_is_said_in_the_form(cast, client, bad):
    AttributeFactory(key="seats", type="number")
    response = client.post(page("customer", "add"), customer_form(**bad))
    assert response.status_code == 200 and response.context["errors"]
    assert not Customer.objects.exists() and not Event.objects.exists()


def test_customers_are_archived_not_deleted(cast, client):
    customer = CustomerFactory()
    assert client.post(page("customer", "delete", customer.pk), {"post": "yes"}).status_code == 403
    client.post(page("customer", "changelist"), {"action": "archive", "_selected_action": [customer.pk]})
    customer.refresh_from_db()
    assert customer.archived_on
    client.post(page("customer", "changelist"), {"action": "restore", "_selected_action": [customer.pk]})
    customer.refresh_from_db()
    assert customer.archived_on is None


def contact_form(**values):
    blank = {"language": "", "time_zone": "", "left_on": ""}
    return {"name": "Ana", "email": "", "role": "champion", "consent": "unknown", **blank} | values


def test_a_contact_is_added_and_changed_through_the_domain(cast, client):
    customer = CustomerFactory()
    client.post(page("contact", "add"), contact_form(customer=customer.pk))
    contact = Contact.objects.get()
    assert client.get(page("contact", "change", contact.pk)).status_code == 200
    client.post(page("contact", "change", contact.pk), contact_form(left_on="2025-01-31"))
    rows = ContactChange.objects.order_by("id").values_list("role", "left")
    assert list(rows) == [("champion", False), ("champion", True)]


def test_who_changes_a_contact_second_sees_what_the_first_did(cast, client):
    contact = ContactFactory(name="Ana", email="ana@x.example", role="user", language="en")
    kept = {"name": "Ana", "email": "ana@x.example", "role": "user", "consent": "unknown", "language": "en"}
    form = contact_form(**kept) | {f"initial-{name}": value for name, value in {**kept, "left_on": ""}.items()}
    form |= {"initial-time_zone": form["time_zone"], "left_on": ""}
    Contact.objects.filter(pk=contact.pk).update(name="Ana Ruiz", role="champion")

    # Of another value, both stay.
    client.post(page("contact", "change", contact.pk), form | {"language": "de"})
    contact.refresh_from_db()
    assert (contact.name, contact.role, contact.language) == ("Ana Ruiz", "champion", "de")

    # Of the same, the second is asked; what was typed is still there, and saving again keeps it.
    form |= {"initial-language": "de", "language": "de"}
    asked = client.post(page("contact", "change", contact.pk), form | {"name": "Anna"})
    assert "Ana Ruiz" in asked.content.decode() and 'value="Anna"' in asked.content.decode()
    contact.refresh_from_db()
    assert contact.name == "Ana Ruiz"
    client.post(page("contact", "change", contact.pk), form | {"name": "Anna", "initial-name": "Ana Ruiz"})
    contact.refresh_from_db()
    assert contact.name == "Anna"


def test_a_contact_without_name_and_address_is_refused(cast, client):
    response = client.post(page("contact", "add"), contact_form(customer=CustomerFactory().pk, name=""))
    assert "Give a name" in response.content.decode()
    assert not Contact.objects.exists()


def test_an_attribute_is_declared_and_renamed(cast, client):
    form = {"label": "Tier", "key": "tier", "type": "text", "nature": "changing"}
    client.post(page("attribute", "add"), form)
    tier = Attribute.objects.get()
    client.post(page("attribute", "change", tier.pk), {"label": "Level", "nature": "constant"})
    tier.refresh_from_db()
    assert (tier.label, tier.key, tier.nature) == ("Level", "tier", "constant")
    response = client.post(page("attribute", "add"), form | {"key": "industry"})
    assert "another key" in response.content.decode()


def test_deleting_an_attribute_that_a_filter_reads_is_refused_by_name(cast, client):
    tier = AttributeFactory(key="tier")
    saved = SavedFilterFactory(name="Gold ones", rule={"key": "attribute.tier", "op": "is", "value": "gold"})
    response = client.post(page("attribute", "delete", tier.pk), {"post": "yes"})
    assert "Gold ones" in response.content.decode()
    assert Attribute.objects.exists()
    saved.delete()
    client.post(page("attribute", "delete", tier.pk), {"post": "yes"})
    assert not Attribute.objects.exists()


def test_a_filter_is_said_in_words_and_changed_elsewhere(cast, client):
    saved = SavedFilterFactory(author=cast.owner, team=cast.team, rule=RULE)
    response = client.get(page("savedfilter", "change", saved.pk))
    assert "Industry is Logistics" in response.content.decode()
    assert client.post(page("savedfilter", "change", saved.pk), {"name": "Other"}).status_code == 403
    assert client.get(page("savedfilter", "add")).status_code == 403
    assert client.post(page("savedfilter", "delete", saved.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("noun", ["touchpoint", "ticket"])
def test_facts_are_only_looked_up(cast, client, noun):
    fact = TouchpointFactory() if noun == "touchpoint" else TicketStateFactory().ticket
    assert client.get(page(noun, "change", fact.pk)).status_code == 200
    assert client.get(page(noun, "add")).status_code == 403
    assert client.post(page(noun, "change", fact.pk), {"kind": "call"}).status_code == 403
    assert client.post(page(noun, "delete", fact.pk), {"post": "yes"}).status_code == 403
