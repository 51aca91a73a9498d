from datetime import UTC, datetime, timedelta

import pytest

from accounts.tests.factories import UserFactory
from customers.domain import contacts, customers, notes, tickets, touchpoints
from customers.domain.contacts import ContactValues, NewContact
from customers.domain.customers import CustomerValues, NewCustomer
from customers.queries.timeline import kinds_of, timeline
from customers.registry import SENTENCES, STORIES, sentence
from customers.tests.factories import (
    AttributeFactory,
    ContactFactory,
    CustomerFactory,
    MergeFactory,
    TextFactory,
    TimelineEntryFactory,
    noon,
)

pytestmark = pytest.mark.django_db

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)


def said(customer, **options):
    return [line.said for line in timeline(customer, **options).lines]


def test_a_story_is_told_in_words_from_the_latest():
    AttributeFactory(key="renewed", label="Ever renewed", type="yes_no")
    sam = UserFactory(name="Sam Oduya")
    new = NewCustomer(name="Northwind", created_on=AT.date())
    (customer,) = customers.create(customers=[new], by=sam, at=AT)
    values = CustomerValues(
        customer=customer.pk,
        values={"stage": "Live", "owner": sam.pk, "employees": 1200, "industry": "Retail"},
        attributes={"renewed": True},
    )
    customers.change(changes=[values], by=sam, at=AT)
    (ana,) = contacts.add(contacts=[NewContact(customer=customer.pk, name="Ana Ruiz", role="champion")], by=sam, at=AT)
    call = touchpoints.NewTouchpoint(customer=customer.pk, kind="call", at=AT, contact=ana.pk, two_way=True)
    touchpoints.log(touchpoints=[call], by=sam, at=AT)
    contacts.change(changes=[ContactValues(contact=ana.pk, values={"left_on": AT.date()})], by=sam, at=AT)
    tickets.record(tickets=[tickets.NewTicket(customer=customer.pk, opened_at=AT, kind="bug")], at=AT)
    assert said(customer) == [
        "Ticket opened (bug)",
        "Ana Ruiz left the company (Champion)",
        "Call with Ana Ruiz",
        "Ana Ruiz is a contact now: Champion",
        "Employees: – → 1,200; Industry: – → Retail; Ever renewed: – → yes",
        "Stage: – → Live",
        "Sam Oduya owns it now",
        "Became a customer here",
    ]


def test_a_line_says_who_and_what_they_wrote():
    customer, sam = CustomerFactory(), UserFactory(name="Sam Oduya")
    notes.add(customer=customer.pk, text="Call back", by=sam, at=AT)
    (line,) = timeline(customer).lines
    assert (line.text, line.by, line.at, line.label) == ("Call back", "Sam Oduya", AT, "Notes")


def test_pages_follow_each_other_without_gap_or_overlap():
    customer = CustomerFactory()
    entries = [TimelineEntryFactory(customer=customer, at=noon(AT.date())) for _ in range(5)]
    first = timeline(customer, size=2)
    second = timeline(customer, size=2, before=first.older)
    third = timeline(customer, size=2, before=second.older)
    shown = [line.uid for page in (first, second, third) for line in page.lines]
    assert shown == [entry.uid for entry in reversed(entries)]
    assert third.older is None


def test_it_can_be_narrowed_by_kind_and_by_words():
    customer = CustomerFactory()
    TimelineEntryFactory(customer=customer, text=TextFactory(body="They want SSO"))
    TimelineEntryFactory(customer=customer, kind="customer_archived")
    assert said(customer, kinds=["customer_archived"]) == ["Archived"]
    assert said(customer, search="sso") == ["Note"]
    assert kinds_of(customer) == [("customer_archived", "Archived"), ("note", "Notes")]


def test_the_story_of_a_merged_customer_is_part_of_it():
    merge = MergeFactory()
    TimelineEntryFactory(customer=merge.from_customer)
    assert len(timeline(merge.into_customer).lines) == 1


def test_a_kind_without_words_is_shown_by_its_name():
    customer = CustomerFactory()
    TimelineEntryFactory(customer=customer, kind="offer_made")
    assert said(customer) == ["Offer made"]


@pytest.mark.parametrize("size", [1, 3])
def test_a_page_costs_four_statements_and_one_for_each_story(size, django_assert_num_queries):
    customer = CustomerFactory()
    for minute in range(size):
        contact = ContactFactory(customer=customer)
        at = AT + timedelta(minutes=minute)
        new = touchpoints.NewTouchpoint(customer=customer.pk, kind="call", at=at, contact=contact.pk, text="Hi")
        touchpoints.log(touchpoints=[new], by=UserFactory(), at=at)
    values = CustomerValues(customer=customer.pk, values={"owner": UserFactory().pk})
    customers.change(changes=[values], by=None, at=AT)
    with django_assert_num_queries(4 + len(STORIES)):
        timeline(customer)


@pytest.mark.parametrize("kind", sorted(SENTENCES))
def test_every_kind_can_be_shown_whatever_its_values(kind):
    customer = CustomerFactory()
    TimelineEntryFactory(customer=customer, kind=kind)
    (words,) = said(customer)
    assert words


def test_a_kind_is_declared_once():
    with pytest.raises(ValueError, match="note"):
        sentence("note", label="Again")(str)
