"""Events in, days of usage out: counted once, whoever they are of, and known on the day they are counted."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db.models import Sum

from core import clock, consumers
from core.models import Event, ExternalId, Source
from core.tasks import tick
from customers.models import Contact
from customers.tests.factories import ContactFactory, CustomerFactory
from usage.domain.intake import writing
from usage.domain.intake.reading import Arrived, Envelope, read
from usage.domain.rollup import counting, waiting
from usage.domain.rollup.people import know_contacts
from usage.models import (
    ContactPerson,
    EventName,
    FeedDay,
    IntakeSettings,
    RollupPosition,
    Stranger,
    StrangerDay,
    UsageDay,
    UsageFeaturePerson,
    UsagePerson,
)
from usage.models.intake import usual_traits
from usage.tests.factories import product

pytestmark = pytest.mark.django_db

# A row of usage grows on the day it is known on only, by the clock of the database.
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
TODAY = NOW.date()


def ago(**delta):
    return (NOW - timedelta(**delta)).isoformat()


@pytest.fixture(autouse=True)
def committed(monkeypatch):
    """Tests run in one transaction, whose rows a roll-up would leave for later."""
    monkeypatch.setattr(consumers, "horizon", lambda: 2**62)


@pytest.fixture
def acme():
    customer = CustomerFactory(name="Acme", domain="acme.com")
    ExternalId.objects.create(source=product(), noun="customer", value="A1", object_id=customer.pk)
    return customer


def envelope(at):
    return Envelope(at, company_traits=usual_traits())


def send(*messages, at=NOW, source=None):
    rows = [read({"type": "track", "event": "Opened", "userId": "u1"} | one, envelope(at)) for one in messages]
    assert all(isinstance(row, Arrived) for row in rows), rows
    writing.write(rows, source=(source or product()).pk, received_at=at, path="batch")


def roll(at=NOW):
    with time_machine.travel(at, tick=False):
        return counting.count_all(at=at)


def days(customer, feature="Opened"):
    rows = UsageDay.objects.filter(customer=customer, feature__key=feature)
    return {
        row["day"]: (row["events"], row["users"])
        for row in rows.values("day").annotate(events=Sum("events"), users=Sum("users"))
    }


def test_events_add_up_by_customer_feature_and_day(acme):
    send(
        {"groupId": "A1"},
        {"groupId": "A1"},
        {"groupId": "A1", "userId": "u2"},
        {"groupId": "A1", "event": "Exported", "timestamp": ago(days=1)},
    )
    roll()
    assert days(acme) == {TODAY: (3, 2)}
    assert days(acme, "Exported") == {TODAY - timedelta(days=1): (1, 1)}
    assert days(acme, "") == {TODAY: (3, 2), TODAY - timedelta(days=1): (1, 1)}
    assert set(UsageDay.objects.values_list("known_on", flat=True)) == {TODAY}
    assert Event.objects.get(type="usage.recorded.v1").payload["customers"] == [acme.pk]


def test_counting_twice_changes_nothing(acme):
    send({"groupId": "A1"})
    assert roll() == 1
    assert roll() == 0
    assert days(acme) == {TODAY: (1, 1)}


def test_a_person_counts_once_a_day_however_often_it_is_rolled_up(acme):
    for _ in range(3):
        send({"groupId": "A1"})
        roll()
    send({"groupId": "A1", "userId": "u2"})
    roll()
    assert days(acme) == days(acme, "") == {TODAY: (4, 2)}
    assert UsagePerson.objects.count() == UsageFeaturePerson.objects.count() == 2


def test_small_stretches_give_the_same_as_one(acme, monkeypatch):
    for n in range(7):
        send({"groupId": "A1", "userId": f"u{n % 3}"})
    while counting.count(at=NOW, most=2):
        pass
    assert days(acme) == {TODAY: (7, 3)}


def test_what_breaks_is_counted_by_the_next_try(acme, monkeypatch):
    send({"groupId": "A1"})
    with monkeypatch.context() as broken:
        broken.setattr(waiting, "keep", lambda _cursor: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            roll()
    assert not UsageDay.objects.exists()
    roll()
    assert days(acme) == {TODAY: (1, 1)}


def test_a_late_event_is_of_its_day_and_known_on_the_day_it_came(acme):
    send({"groupId": "A1", "timestamp": ago(days=1)})
    roll()
    later = NOW + timedelta(days=3)
    send({"groupId": "A1", "timestamp": ago(days=1)}, at=later)
    roll(later)
    rows = UsageDay.objects.filter(feature__key="Opened").order_by("known_on")
    assert [(row.day, row.known_on, row.events, row.users) for row in rows] == [
        (TODAY - timedelta(days=1), TODAY, 1, 1),
        (TODAY - timedelta(days=1), later.date(), 1, 0),
    ]


def test_the_day_is_the_companys(acme, company_zone="Pacific/Auckland"):
    from core.models import Company

    Company.objects.update_or_create(id=1, defaults={"time_zone": company_zone})
    send({"groupId": "A1", "timestamp": ago(hours=16)})
    roll()
    assert list(days(acme)) == [TODAY]


def test_identify_and_group_are_no_use(acme):
    send({"type": "identify", "groupId": "A1"}, {"type": "group", "groupId": "A1"})
    roll()
    assert not UsageDay.objects.exists()


@pytest.mark.parametrize(
    "message",
    [
        {"groupId": "A1"},
        {"context": {"groupId": "A1"}},
        {"context": {"traits": {"company": {"id": "A1"}}}},
        {"properties": {"account_id": "A1"}},
        {"context": {"traits": {"email": "Ana@ACME.com"}}},
        {"userId": "ana@acme.com"},
        {"groupId": "nobody knows", "context": {"traits": {"email": "ana@acme.com"}}},
    ],
)
def test_the_customer_is_told_by_the_first_clue_that_names_one(acme, message):
    send(message)
    roll()
    assert days(acme) == {TODAY: (1, 1)}


def test_the_order_of_the_clues_is_a_setting(acme):
    other = CustomerFactory(domain="other.com")
    IntakeSettings.objects.create(id=1, identify_by=["domain", "group"])
    send({"groupId": "A1", "userId": "ana@other.com"})
    roll()
    assert days(other) == {TODAY: (1, 1)}
    assert not days(acme)


def test_a_person_is_known_by_the_company_they_were_seen_with(acme):
    send({"type": "group", "groupId": "A1", "userId": "u7"})
    roll()
    send({"userId": "u7"})
    roll()
    assert days(acme) == {TODAY: (1, 1)}


def test_a_person_is_known_as_a_contact(acme):
    contact = ContactFactory(customer=acme, email="ana@gmail.com")
    ExternalId.objects.create(source=product(), noun="contact", value="K9", object_id=contact.pk)
    know_contacts()
    send({"userId": "K9"}, {"context": {"traits": {"email": "ana@gmail.com"}}, "userId": "x"})
    roll()
    assert days(acme) == {TODAY: (2, 2)}


def test_an_id_of_another_source_counts_if_it_is_of_one_customer_only(acme):
    crm = Source.objects.create(key="crm", label="CRM")
    ExternalId.objects.create(source=crm, noun="customer", value="X", object_id=acme.pk)
    send({"groupId": "X"})
    roll()
    assert days(acme) == {TODAY: (1, 1)}
    third = Source.objects.create(key="third", label="Third")
    ExternalId.objects.create(source=third, noun="customer", value="X", object_id=CustomerFactory().pk)
    send({"groupId": "X"})
    roll()
    assert days(acme) == {TODAY: (1, 1)}


def test_who_was_anonymous_is_one_person_from_then_on(acme):
    send({"type": "identify", "userId": "u1", "anonymousId": "a1"})
    roll()
    send({"groupId": "A1", "userId": None, "anonymousId": "a1"}, {"groupId": "A1", "userId": "u1"})
    roll()
    assert days(acme) == {TODAY: (2, 1)}


def test_strangers_wait_and_bring_their_history(acme):
    send({"groupId": "B2", "timestamp": ago(days=5)}, {"groupId": "B2"}, {"groupId": "B2", "event": "Paid"})
    roll()
    assert not UsageDay.objects.exists()
    assert FeedDay.objects.count() == 2, "the feed is alive all the same"
    assert StrangerDay.objects.count() == 3
    later = NOW + timedelta(days=2)
    with time_machine.travel(later, tick=False):
        waiting.attach(source=product(), clue="id", value="B2", customer=acme, at=later)
    assert days(acme) == {TODAY - timedelta(days=5): (1, 1), TODAY: (1, 1)}
    assert days(acme, "") == {TODAY - timedelta(days=5): (1, 1), TODAY: (2, 1)}
    assert set(UsageDay.objects.values_list("known_on", flat=True)) == {later.date()}
    assert not Stranger.objects.exists()
    send({"groupId": "B2"}, at=later)
    roll(later)
    assert days(acme)[later.date()] == (1, 1)


def test_who_waits_is_found_when_their_customer_comes(acme):
    send({"userId": "kim@kestrel.io"})
    roll()
    kestrel = CustomerFactory(domain="kestrel.io")
    with time_machine.travel(NOW, tick=False):
        assert waiting.attach_known(at=NOW) == 1
    assert days(kestrel) == {TODAY: (1, 1)}


def test_free_mail_names_no_company():
    CustomerFactory(domain="gmail.com")
    send({"userId": "ana@gmail.com"})
    roll()
    assert not UsageDay.objects.exists()


def test_names_are_listed_with_what_they_count_as(acme):
    send({"groupId": "A1"}, {"groupId": "A1", "type": "page", "name": "Home"}, {"groupId": "A1"})
    roll()
    assert list(EventName.objects.values_list("name", "events", "feature__key")) == [
        ("Opened", 2, "Opened"),
        ("Home", 1, "Home"),
    ]


def test_a_name_came_first_and_last_on_the_days_of_its_events(acme):
    send({"groupId": "A1", "timestamp": ago(days=400)}, {"groupId": "A1", "timestamp": ago(days=300)})
    roll()
    (name,) = EventName.objects.values_list("first_on", "last_on")
    assert name == (TODAY - timedelta(days=400), TODAY - timedelta(days=300))


def test_the_sweeper_finds_events_that_nothing_woke(acme):
    send({"groupId": "A1"})
    before = clock.now()
    tick()  # by the clock of the database, as jobs are claimed by it
    assert days(acme) == {TODAY: (1, 1)}
    assert RollupPosition.objects.get().counted_at >= before


def test_a_contact_is_known_under_the_address_and_customer_of_now() -> None:
    contact = ContactFactory(email="ana@acme.example")
    know_contacts()
    (before,) = ContactPerson.objects.filter(contact=contact).values_list("person", "customer")

    other = CustomerFactory()
    Contact.objects.filter(pk=contact.pk).update(customer=other)
    know_contacts()
    assert list(ContactPerson.objects.filter(contact=contact).values_list("person", "customer")) == [
        (before[0], other.pk)
    ]

    Contact.objects.filter(pk=contact.pk).update(email="")
    know_contacts()
    assert not ContactPerson.objects.filter(contact=contact).exists()
