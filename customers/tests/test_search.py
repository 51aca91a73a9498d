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


@pytest.mark.parametrize("named", [0, 4, 6, 7])
@pytest.mark.parametrize("words", ["freya", "fr"])
def test_names_come_before_addresses_for_who_sees_all_and_who_sees_a_team(user, words, named):
    team = TeamFactory()
    csm = UserFactory(role="csm", teams=[team])
    customer = CustomerFactory(team=team)
    for number in range(4):
        ContactFactory(customer=customer, name=f"A Person {number}", email=f"{words}{number}@example.com")
    for number in range(named):
        ContactFactory(customer=customer, name=f"Freya {number}", email=f"freya.{number}@example.com")
    ContactFactory(customer=customer, name="B Frey", email="freya.b@example.com")
    called = [f"Freya {number}" for number in range(named)]
    others = [*(f"A Person {number}" for number in range(4)), "B Frey"]
    if words == "fr":
        others = ["B Frey", *others[:4]]  # the name holds it, though it does not begin with it
    assert labels(user, words, "People") == labels(csm, words, "People") == [*called, *others][:6]


def test_people_of_archived_customers_leave_room_for_others(user, monkeypatch):
    monkeypatch.setattr("customers.search.LOOKED_AT", 7)
    gone = CustomerFactory(archived_on="2026-01-01")
    for number in range(8):
        ContactFactory(customer=gone, name=f"Freya A{number}")
    ContactFactory(name="Freya Z")
    assert labels(user, "freya", "People") == ["Freya Z"]
    assert labels(user, "frexa", "People") == ["Freya Z"]


@pytest.mark.parametrize("close", [0, 5, 6, 7])
def test_the_nearest_spelling_comes_first_for_who_sees_all_and_who_sees_a_team(user, close):
    team = TeamFactory()
    customer = CustomerFactory(team=team)
    for number in range(4):
        ContactFactory(customer=customer, name=f"Halyard {number}", email=f"a{number}@example.com")
    for number in range(close):
        ContactFactory(customer=customer, name=f"Hayland {number}", email=f"b{number}@example.com")
    expected = [*(f"Hayland {number}" for number in range(close)), *(f"Halyard {number}" for number in range(4))][:6]
    csm = UserFactory(role="csm", teams=[team])
    assert labels(user, "haylard", "People") == labels(csm, "haylard", "People") == expected


@pytest.mark.parametrize("words", ["%", "100%_\\", "'; --", "\u202e", "a" * 100])
def test_any_letters_may_be_typed(user, words):
    CustomerFactory(name="Halyard Freight")
    assert labels(user, words * 3, "Customers") == []


@pytest.mark.parametrize("many", [1, 3])
def test_a_search_asks_as_often_for_one_as_for_three(user, many, django_assert_num_queries):
    for number in range(many):
        ContactFactory(name=f"Halyard {number}", customer=CustomerFactory(name=f"Halyard {number}", owner=user))
    # Of each noun by name, their rows, by the other field; the teams of the user, once.
    with django_assert_num_queries(7):
        search(user, "halyard")
