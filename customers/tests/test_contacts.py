from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from core.clock import AsOf
from core.models import Event
from customers.domain import contacts
from customers.domain.contacts import ContactValues, NewContact
from customers.models import ContactChange, TimelineEntry
from customers.queries.people import people
from customers.tests.factories import ContactFactory, CustomerFactory, MergeFactory

pytestmark = pytest.mark.django_db

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)
TODAY = AT.date()


def change(contact, **values):
    return contacts.change(changes=[ContactValues(contact=contact.pk, values=values)], by=None, at=AT)


def changes():
    return list(ContactChange.objects.order_by("id").values_list("role", "left", "day", "known_on"))


def test_a_new_contact_has_a_role_from_today_on():
    new = NewContact(customer=CustomerFactory().pk, name="Ana Ruiz", email=" Ana@Example.COM ", role="champion")
    (contact,) = contacts.add(contacts=[new], by=None, at=AT)
    assert contact.email == "ana@example.com"
    assert changes() == [("champion", False, TODAY, TODAY)]
    assert TimelineEntry.objects.get().values["contact"] == contact.pk
    assert Event.objects.get().type == "customers.contact_added.v1"


def test_a_leaving_is_a_fact_of_its_own_day():
    contact = ContactFactory(role="champion")
    change(contact, left_on=date(2025, 5, 20))
    assert changes() == [("champion", True, date(2025, 5, 20), TODAY)]
    assert TimelineEntry.objects.get().kind == "contact_left"


def test_who_comes_back_is_there_from_today_on():
    change(ContactFactory(left_on=date(2025, 5, 20)), left_on=None)
    assert changes() == [("user", False, TODAY, TODAY)]


def test_a_new_role_is_a_fact_but_a_new_name_is_not():
    contact = ContactFactory()
    change(contact, name="Somebody Else")
    assert changes() == []
    change(contact, role="decision_maker")
    assert changes() == [("decision_maker", False, TODAY, TODAY)]


def test_what_is_as_it_was_leaves_no_trace():
    contact = ContactFactory()
    assert change(contact, name=contact.name) == []
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"email": "not an address"},
        {"role": "king"},
        {"consent": "perhaps"},
        {"left_on": TODAY + timedelta(days=1)},
        {"name": "", "email": ""},
        {"shoe_size": 43},
    ],
)
def test_a_bad_value_is_refused(values):
    with pytest.raises(ValidationError):
        change(ContactFactory(), **values)
    assert changes() == []


def test_people_are_listed_with_who_decides_first():
    customer = CustomerFactory()
    user = ContactFactory(customer=customer, name="A")
    champion = ContactFactory(customer=customer, name="Z", role="champion")
    gone = ContactFactory(customer=customer, left_on=date(2025, 1, 1))
    found = people(customer, at=AsOf.at(TODAY))
    assert (found.active, found.left, found.only_one) == ([champion, user], [gone], False)


def test_a_gap_is_seen_where_the_champion_left():
    customer = CustomerFactory()
    ContactFactory(customer=customer, role="champion", left_on=date(2025, 5, 20))
    ContactFactory(customer=customer)
    found = people(customer, at=AsOf.at(TODAY))
    assert (found.champion_left, found.only_one) == (date(2025, 5, 20), True)
    ContactFactory(customer=customer, role="champion")
    assert people(customer, at=AsOf.at(TODAY)).champion_left is None


def test_people_of_a_merged_customer_are_the_customers_people(django_assert_num_queries):
    merge = MergeFactory()
    ContactFactory(customer=merge.from_customer)
    with django_assert_num_queries(2):
        assert len(people(merge.into_customer, at=AsOf.at(TODAY)).active) == 1
