from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import TeamFactory, UserFactory, make_cast
from core.errors import Stale
from core.models import Event
from customers.domain import customers
from customers.domain.customers import CustomerValues, NewCustomer
from customers.models import AttributeChange, Customer, CustomerRole, TimelineEntry
from customers.tests.factories import AttributeFactory, CustomerFactory

pytestmark = pytest.mark.django_db

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)
TODAY = AT.date()


def create(**values):
    own = values.pop("attributes", {})
    new = NewCustomer(name=" Northwind ", created_on=date(2025, 1, 1), values=values, attributes=own)
    return customers.create(customers=[new], by=None, at=AT)[0]


def change(customer, version=None, attributes=None, **values):
    one = CustomerValues(customer=customer.pk, values=values, attributes=attributes or {}, version=version)
    return customers.change(changes=[one], by=None, at=AT)


def facts(customer):
    rows = AttributeChange.objects.filter(customer=customer).order_by("id")
    return [(row.key, row.value, row.day, row.known_on) for row in rows]


def test_a_new_customer_is_known_from_today_with_attributes_since_its_first_day():
    AttributeFactory(key="tier")
    customer = create(industry="Logistics", employees=240, country="US", attributes={"tier": "gold"})
    since = (date(2025, 1, 1), TODAY)
    assert (customer.name, customer.known_on, customer.version) == ("Northwind", TODAY, 1)
    assert facts(customer) == [
        ("industry", "Logistics", *since),
        ("country", "US", *since),
        ("employees", 240, *since),
        ("tier", "gold", *since),
    ]
    assert [entry.kind for entry in TimelineEntry.objects.all()] == ["customer_created"]
    assert Event.objects.get().type == "customers.customer_created.v1"


def test_a_new_customer_may_have_an_owner_and_a_team():
    cast = make_cast()
    customer = create(owner=cast.owner.pk, team=cast.team.pk)
    role = CustomerRole.objects.get()
    assert (role.customer, role.role, role.user, role.team) == (customer, "csm", cast.owner, cast.team)


def test_a_change_is_a_fact_of_today_and_a_new_version():
    AttributeFactory(key="tier")
    customer = CustomerFactory(industry="Retail", attributes={"tier": "gold"})
    (changed,) = change(customer, industry="Logistics", attributes={"tier": None})
    customer.refresh_from_db()
    assert (customer.industry, customer.attributes, customer.version) == ("Logistics", {}, 2)
    assert changed.version == 2
    assert facts(customer) == [("industry", "Logistics", TODAY, TODAY), ("tier", None, TODAY, TODAY)]
    assert Event.objects.get().payload["changes"] == {
        "industry": {"before": "Retail", "after": "Logistics"},
        "tier": {"before": "gold", "after": None},
    }


def test_what_is_as_it_was_leaves_no_trace():
    customer = CustomerFactory(industry="Retail")
    assert change(customer, industry="Retail ") == []
    customer.refresh_from_db()
    assert customer.version == 1
    assert not AttributeChange.objects.exists() and not Event.objects.exists()


def test_a_first_renaming_writes_the_old_name_down_too():
    customer = CustomerFactory(name="Old")
    change(customer, name="New")
    change(customer, name="Newer")
    assert facts(customer) == [
        ("name", "Old", customer.created_on, customer.known_on),
        ("name", "New", TODAY, TODAY),
        ("name", "Newer", TODAY, TODAY),
    ]


def test_a_new_owner_is_a_role_from_today_on_and_one_line():
    customer, owner, team = CustomerFactory(), UserFactory(), TeamFactory()
    change(customer, owner=owner.pk, team=team.pk)
    role = CustomerRole.objects.get()
    assert (role.user, role.team, role.day) == (owner, team, TODAY)
    assert [entry.kind for entry in TimelineEntry.objects.all()] == ["owner_changed"]


def test_nobody_may_own_a_customer():
    customer = CustomerFactory(owner=UserFactory())
    change(customer, owner=None)
    assert CustomerRole.objects.get().user is None


def test_a_change_of_what_somebody_else_changed_is_refused():
    customer = CustomerFactory(stage="Live")
    change(customer, version=1, stage="Onboarding")
    with pytest.raises(Stale):
        change(customer, version=1, stage="Leaving")
    customer.refresh_from_db()
    assert customer.stage == "Onboarding"


@pytest.mark.parametrize(
    "values",
    [{"country": "Germany"}, {"country": "de"}, {"employees": -1}, {"name": ""}, {"mood": "good"}, {"stage": "x" * 41}],
)
def test_a_bad_value_is_refused(values):
    customer = CustomerFactory()
    with pytest.raises(ValidationError):
        change(customer, **values)
    assert Customer.objects.get().version == 1


def test_an_unknown_attribute_is_refused():
    with pytest.raises(ValidationError, match="tier"):
        change(CustomerFactory(), attributes={"tier": "gold"})


def test_an_own_attribute_is_stored_by_its_type():
    AttributeFactory(key="seats", type="number")
    AttributeFactory(key="signed", type="date")
    customer = create(attributes={"seats": "12", "signed": date(2025, 3, 1)})
    assert customer.attributes == {"seats": 12, "signed": "2025-03-01"}


def test_a_batch_costs_as_much_as_one(django_assert_num_queries):
    for size in (1, 20):
        batch = [CustomerValues(customer=CustomerFactory().pk, values={"stage": f"{size}"}) for _ in range(size)]
        # The zone, the rows, their update, facts, timeline and events, and three savepoints.
        with django_assert_num_queries(9):
            customers.change(changes=batch, by=None, at=AT)


def test_an_archived_customer_is_hidden_until_restored():
    customer = CustomerFactory()
    assert customers.archive(customers=[customer.pk], by=None, at=AT) == [customer]
    assert not Customer.objects.current().exists()
    assert customers.archive(customers=[customer.pk], by=None, at=AT) == []
    customers.restore(customers=[customer.pk], by=None, at=AT)
    assert Customer.objects.current().get().archived_on is None
    assert [entry.kind for entry in TimelineEntry.objects.order_by("id")] == ["customer_archived", "customer_restored"]
