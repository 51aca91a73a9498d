from datetime import date
from typing import Any

import pytest

from accounts.tests.factories import UserFactory
from customers.models import Attribute, AttributeChange, Contact, ContactChange, Customer, CustomerRole, TimelineEntry
from data.tests.conftest import AT, Load

TODAY = AT.date()
TWO = """
customer_id,name,industry,employees,created_on,tier,since,beta,code
A,Acme,Logistics,40,2025-01-05,gold,2024-02-01,yes,007
B,Brix,,,2025-02-06,,,no,012
"""


def facts(**filters: Any) -> list[tuple[str, Any, date, date]]:
    rows = AttributeChange.objects.filter(**filters).order_by("key", "known_on", "id")
    return list(rows.values_list("key", "value", "day", "known_on"))


def test_customers_come_with_their_columns_and_attributes(loaded: Load) -> None:
    report = loaded({"customers": TWO})
    assert (report.nouns[0].new, report.problem_count) == (2, 0)
    acme = Customer.objects.get(name="Acme")
    assert (acme.industry, acme.employees, acme.created_on) == ("Logistics", 40, date(2025, 1, 5))
    assert acme.attributes == {"tier": "gold", "since": "2024-02-01", "beta": True, "code": "007"}
    assert dict(Attribute.objects.values_list("key", "type")) == {
        "tier": "text",
        "since": "date",
        "beta": "yes_no",
        "code": "text",
    }


def test_history_knows_the_customer_from_their_first_day_and_values_from_the_load(loaded: Load) -> None:
    loaded({"customers": TWO})
    brix = Customer.objects.get(name="Brix")
    assert brix.known_on == date(2025, 2, 6)
    assert facts(customer=brix) == [("beta", False, date(2025, 2, 6), TODAY), ("code", "012", date(2025, 2, 6), TODAY)]


def test_without_history_customers_are_known_from_the_load(loaded: Load) -> None:
    loaded({"customers": TWO}, history=False)
    assert set(Customer.objects.values_list("known_on", flat=True)) == {TODAY}


def test_another_value_is_a_fact_of_today(loaded: Load) -> None:
    loaded({"customers": TWO})
    report = loaded({"customers": TWO.replace("Logistics", "Freight").replace("gold", "")})
    assert (report.nouns[0].new, report.nouns[0].changed, report.nouns[0].unchanged) == (0, 1, 1)
    acme = Customer.objects.get(name="Acme")
    assert (acme.industry, "tier" in acme.attributes, acme.version) == ("Freight", False, 2)
    assert facts(customer=acme, key="industry") == [
        ("industry", "Logistics", date(2025, 1, 5), TODAY),
        ("industry", "Freight", TODAY, TODAY),
    ]
    assert facts(customer=acme, key="tier")[-1] == ("tier", None, TODAY, TODAY)
    assert TimelineEntry.objects.filter(customer=acme, kind="attributes_changed").count() == 1


def test_a_new_name_keeps_the_one_before(loaded: Load) -> None:
    loaded({"customers": TWO})
    loaded({"customers": TWO.replace("Brix", "Brixton")})
    assert facts(key="name") == [
        ("name", "Brix", date(2025, 2, 6), date(2025, 2, 6)),
        ("name", "Brixton", TODAY, TODAY),
    ]


def test_a_column_that_is_not_there_leaves_values_alone(loaded: Load) -> None:
    loaded({"customers": TWO})
    report = loaded({"customers": "customer_id,name A,Acme"})
    assert report.nouns[0].unchanged == 1
    assert Customer.objects.get(name="Acme").industry == "Logistics"


def test_owners_are_found_by_mail_and_strangers_are_told(loaded: Load) -> None:
    sam = UserFactory(email="Sam@ours.example")
    csv = "customer_id,name,owner_email A,Acme,sam@ours.example B,Brix,who@ours.example"
    report = loaded({"customers": csv})
    acme = Customer.objects.get(name="Acme")
    assert acme.owner == sam
    assert CustomerRole.objects.get().user == sam
    assert report.nouns[0].notes == ["owner_email is nobody's here (who@ours.example …): 1 customer has no owner."]


def test_a_parent_may_come_later_in_the_file(loaded: Load) -> None:
    loaded({"customers": "customer_id,name,parent_id A,Acme,B B,Brix,"})
    assert Customer.objects.get(name="Acme").parent == Customer.objects.get(name="Brix")


def test_parents_in_a_circle_are_refused(loaded: Load) -> None:
    report = loaded({"customers": "customer_id,name,parent_id A,Acme,B B,Brix,C C,Core,D D,Dune,B"})
    assert [(one.line, one.rule) for one in report.problems] == [(3, "circle"), (4, "circle"), (5, "circle")]


def test_a_circle_through_customers_known_before_is_refused(loaded: Load) -> None:
    loaded({"customers": "customer_id,name,parent_id A,Acme, B,Brix,A"})
    assert loaded({"customers": "customer_id,name,parent_id C,Core,B"}).problems == []
    report = loaded({"customers": "customer_id,name,parent_id A,Acme,C"})
    assert [(one.line, one.field, one.rule) for one in report.problems] == [(2, "parent_id", "circle")]


@pytest.mark.parametrize(
    ("csv", "problem"),
    [
        ("customer_id,name,parent_id A,Acme,C", (2, "parent_id", "unknown")),
        ("customer_id,name,parent_id A,Acme,A", (2, "parent_id", "parent")),
        ("customer_id,name,country A,Acme,Germany", (2, "country", "country")),
        ("customer_id,name,employees A,Acme,-4", (2, "employees", "too_small")),
        ("customer_id,name,employees A,Acme,many", (2, "employees", "integer")),
        ("customer_id,name,created_on A,Acme,2025-02-30", (2, "created_on", "date")),
        ("customer_id,name,time_zone A,Acme,Mars/North", (2, "time_zone", "time_zone")),
        ("customer_id,name A,Acme B, C,Brix", (3, "name", "required")),
        ("customer_id,name A,Acme B,Brix A,Acme", (4, "customer_id", "twice")),
        ("customer_id,name,!! A,Acme,1", (1, "!!", "attribute")),
        ("customer_id,name,Industry A,Acme,1", (1, "Industry", "attribute")),
    ],
)
def test_bad_customers(loaded: Load, csv: str, problem: tuple[int, str, str]) -> None:
    report = loaded({"customers": csv})
    assert [(one.line, one.field, one.rule) for one in report.problems] == [problem]
    assert report.refused
    assert not Customer.objects.exists()


def test_an_attribute_keeps_its_type(loaded: Load) -> None:
    loaded({"customers": "customer_id,name,seats A,Acme,4"})
    report = loaded({"customers": "customer_id,name,seats A,Acme,four"})
    assert [(one.field, one.rule) for one in report.problems] == [("seats", "number")]


PEOPLE = """
contact_id,customer_id,name,email,role,left_on
P1,A,Ana,Ana@acme.example,Champion,
P2,A,Bo,bo@acme.example,decision-maker,2025-09-01
"""


def test_contacts_of_a_history_are_there_from_the_customers_first_day(loaded: Load) -> None:
    loaded({"customers": TWO, "contacts": PEOPLE})
    assert Contact.objects.get(name="Ana").email == "ana@acme.example"
    rows = ContactChange.objects.order_by("contact__name", "id").values_list("role", "left", "day", "known_on")
    assert list(rows) == [
        ("champion", False, date(2025, 1, 5), date(2025, 1, 5)),
        ("decision_maker", False, date(2025, 1, 5), date(2025, 1, 5)),
        ("decision_maker", True, date(2025, 9, 1), date(2025, 9, 1)),
    ]


def test_a_leaving_that_is_told_later_is_known_today(loaded: Load) -> None:
    loaded({"customers": TWO, "contacts": PEOPLE})
    report = loaded({"contacts": PEOPLE.replace("Champion,", "Champion,2026-03-01")})
    assert (report.nouns[0].new, report.nouns[0].changed, report.nouns[0].unchanged) == (0, 1, 1)
    last = ContactChange.objects.order_by("-id").first()
    assert last and (last.left, last.day, last.known_on) == (True, date(2026, 3, 1), TODAY)


def test_a_contact_stays_with_their_customer(loaded: Load) -> None:
    loaded({"customers": TWO, "contacts": PEOPLE})
    report = loaded({"contacts": PEOPLE.replace("P1,A", "P1,B")})
    assert [(one.line, one.field, one.rule) for one in report.problems] == [(2, "customer_id", "known")]
