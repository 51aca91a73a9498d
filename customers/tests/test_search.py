import pytest

from accounts.tests.factories import TeamFactory, UserFactory
from core.search import search
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


def labels(user, words, group):
    return [found.label for one in search(user, words) if one.label == group for found in one.found]


@pytest.fixture
def user(db):
    return UserFactory(role="administrator")


def test_a_name_is_found_by_any_part_and_what_begins_with_it_first(user):
    for name in ("Old Halyard", "Halyard Freight", "Mast & Sail"):
        CustomerFactory(name=name)
    assert labels(user, "halyard", "Customers") == ["Halyard Freight", "Old Halyard"]


def test_a_misspelt_name_is_found(user):
    for name in ("Halyard Freight", "Moonport Packaging"):
        CustomerFactory(name=name)
    assert labels(user, "haylard", "Customers") == ["Halyard Freight"]
    assert labels(user, "moonprot", "Customers") == ["Moonport Packaging"]
    assert labels(user, "quxyzzy", "Customers") == []


def test_a_domain_finds_its_customer(user):
    CustomerFactory(name="Halyard Freight", domain="hf-cargo.example")
    CustomerFactory(name="Zorn HF-Cargo")
    assert labels(user, "hf-cargo", "Customers") == ["Zorn HF-Cargo", "Halyard Freight"]


def test_another_teams_customers_and_people_are_not_found():
    csm = UserFactory(role="csm", teams=[TeamFactory()])
    foreign = CustomerFactory(name="Halyard Freight", team=TeamFactory())
    ContactFactory(customer=foreign, name="Halya Kovalenko", email="halya@hf.example")
    assert [group.label for group in search(csm, "halya")] == []


def test_people_are_found_by_name_and_address_with_their_company_beside(user):
    contact = ContactFactory(name="Nina Petrova", email="np@hf.example", customer__name="Halyard Freight")
    ContactFactory(name="Nina Gone", left_on="2026-01-01")
    [people] = [group for group in search(user, "nina") if group.label == "People"]
    assert [(found.label, found.note) for found in people.found] == [("Nina Petrova", "Halyard Freight")]
    assert people.found[0].href == f"/customers/{contact.customer.uid}/#people"
    assert labels(user, "np@hf", "People") == ["Nina Petrova"]


@pytest.mark.parametrize("words", ["%", "100%_\\", "'; --", "\u202e", "a" * 100])
def test_any_letters_may_be_typed(user, words):
    CustomerFactory(name="Halyard Freight")
    assert labels(user, words * 3, "Customers") == []


@pytest.mark.parametrize("many", [1, 3])
def test_a_search_asks_as_often_for_one_as_for_three(user, many, django_assert_num_queries):
    for number in range(many):
        ContactFactory(name=f"Halyard {number}", customer=CustomerFactory(name=f"Halyard {number}", owner=user))
    with django_assert_num_queries(3):  # with the teams of the user, once
        search(user, "halyard")
