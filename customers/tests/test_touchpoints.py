from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import UserFactory
from core.models import Company, Event
from customers.domain import notes, touchpoints
from customers.domain.touchpoints import NewTouchpoint
from customers.models import Text, TimelineEntry, Touchpoint
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)
YESTERDAY = AT - timedelta(days=1)


def log(**values):
    return touchpoints.log(touchpoints=[NewTouchpoint(kind="call", **values)], by=None, at=AT)


def test_a_touchpoint_is_of_the_day_it_happened_and_known_since_it_was_logged():
    (logged,) = log(customer=CustomerFactory().pk, at=YESTERDAY, two_way=True)
    stored = Touchpoint.objects.get()
    assert stored == logged
    assert (stored.day, stored.known_on, stored.two_way) == (date(2025, 6, 1), date(2025, 6, 2), True)


def test_the_company_zone_decides_the_day():
    Company.objects.create(id=1, time_zone="Pacific/Auckland")
    late = datetime(2025, 6, 1, 23, tzinfo=UTC)
    (logged,) = log(customer=CustomerFactory().pk, at=late)
    assert logged.day == date(2025, 6, 2)


def test_words_are_kept_apart_from_the_fact():
    contact = ContactFactory()
    (logged,) = log(customer=contact.customer_id, at=AT, contact=contact.pk, text="  They like it. ")
    text = Text.objects.get()
    assert (text.body, text.contact, text.customer_id) == ("They like it.", contact, contact.customer_id)
    assert logged.text == text


def test_it_tells_its_own_story():
    by, customer = UserFactory(), CustomerFactory()
    touchpoints.log(touchpoints=[NewTouchpoint(customer=customer.pk, kind="meeting", at=YESTERDAY)] * 2, by=by, at=AT)
    assert [(entry.kind, entry.at, entry.by) for entry in TimelineEntry.objects.all()] == [
        ("touchpoint", YESTERDAY, by)
    ] * 2
    events = Event.objects.filter(type="customers.touchpoint_logged.v1")
    assert [event.payload["customer"] for event in events] == [customer.pk] * 2


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("kind", {"kind": "smoke signal"}),
        ("at", {"at": AT + timedelta(minutes=1)}),
    ],
)
def test_what_cannot_be_is_refused(field, values):
    new = NewTouchpoint(**({"customer": CustomerFactory().pk, "kind": "call", "at": AT} | values))
    with pytest.raises(ValidationError) as refused:
        touchpoints.log(touchpoints=[new], by=None, at=AT)
    assert field in refused.value.message_dict
    assert not Event.objects.exists()


def test_a_contact_of_another_customer_is_refused():
    with pytest.raises(ValidationError, match="not of this customer"):
        log(customer=CustomerFactory().pk, at=AT, contact=ContactFactory().pk)


def test_a_batch_costs_as_much_as_one(django_assert_num_queries):
    customer = CustomerFactory().pk
    for size in (1, 30):
        batch = [NewTouchpoint(customer=customer, kind="call", at=AT, text="Hello")] * size
        # Twice a savepoint, the zone twice, and one statement for texts, touchpoints, timeline and events.
        with django_assert_num_queries(8):
            touchpoints.log(touchpoints=batch, by=None, at=AT)


def test_a_note_is_a_line_of_the_timeline():
    by, customer = UserFactory(), CustomerFactory()
    entry = notes.add(customer=customer.pk, text="Call back on Monday", by=by, at=AT)
    assert (entry.kind, entry.text.body, entry.known_on) == ("note", "Call back on Monday", date(2025, 6, 2))
    assert Event.objects.get().payload["customer"] == customer.pk


def test_an_empty_note_is_refused():
    with pytest.raises(ValidationError):
        notes.add(customer=CustomerFactory().pk, text="  ", by=None, at=AT)
