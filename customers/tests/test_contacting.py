from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from core import clock
from customers.domain import contacting
from customers.domain.contacting import Nature, decide, next_open
from customers.models import Contact, ContactPolicy, ContactSend, Suppression
from customers.queries.contacting import Known, known_of
from customers.tests.factories import ContactFactory, CustomerFactory, TicketFactory, TicketStateFactory

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
POLICY = ContactPolicy()


def known(**values):
    plain = {"contact": 1, "customer": 1, "has_address": True, "left": False, "consent": "unknown", "zone": "UTC"}
    return Known(**{**plain, **values})


def ago(days):
    return MONDAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("values", "options", "reason"),
    [
        ({}, {}, ""),
        ({"has_address": False}, {}, "no_address"),
        ({"left": True}, {}, "left"),
        ({"consent": "withdrawn"}, {}, "withdrawn"),
        ({}, {"nature": Nature.MARKETING}, "no_consent"),
        ({"consent": "given"}, {"nature": Nature.MARKETING}, ""),
        ({"suppressed": "bounced"}, {}, "bounced"),
    ],
)
def test_who_may_never_be_written_to(values, options, reason):
    verdict = decide(known(**values), policy=POLICY, at=MONDAY, **options)
    assert (verdict.reason, verdict.may_go_at, verdict.goes) == (reason, None, not reason)


@pytest.mark.parametrize(
    ("values", "options", "reason", "days"),
    [
        ({"last_same": ago(30), "last_about": ago(30)}, {}, "clock_survey", 60),
        ({"last_same": ago(90), "last_about": ago(90)}, {}, "", None),
        ({"last_other": ago(7)}, {}, "clock_overall", 7),
        ({"last_other": ago(14)}, {}, "", None),
        ({"last_same": ago(80), "last_about": ago(7)}, {}, "clock_survey", 10),
        ({"last_same": ago(89), "last_other": ago(4)}, {}, "clock_overall", 10),
        ({"last_same": ago(5), "last_about": ago(5)}, {"reminder": True}, "", None),
        ({"last_same": ago(5), "last_other": ago(4)}, {"reminder": True}, "clock_overall", 10),
        ({"escalated": True}, {}, "escalation", 3),
    ],
)
def test_who_is_held_back_and_until_when(values, options, reason, days):
    policy = ContactPolicy(quiet_weekdays=[])
    verdict = decide(known(**values), policy=policy, at=MONDAY, **options)
    assert verdict.reason == reason
    assert verdict.may_go_at == (None if days is None else MONDAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("zone", "at", "opens"),
    [
        ("UTC", "2026-03-02T10:00", "2026-03-02T10:00"),
        ("UTC", "2026-03-02T17:00", "2026-03-03T09:00"),
        ("Asia/Shanghai", "2026-03-02T10:00", "2026-03-03T01:00"),
        ("America/New_York", "2026-03-02T10:00", "2026-03-02T14:00"),
        ("America/New_York", "2026-03-06T23:00", "2026-03-09T13:00"),  # over a weekend and into summer time
        ("Nowhere/Land", "2026-03-07T10:00", "2026-03-09T09:00"),
    ],
)
def test_quiet_hours_are_those_of_the_contact(zone, at, opens):
    found = next_open(datetime.fromisoformat(at).replace(tzinfo=UTC), policy=POLICY, zone=zone)
    assert found == datetime.fromisoformat(opens).replace(tzinfo=UTC)


@pytest.fixture
def ana(db):
    return ContactFactory(email="Ana@Example.com", customer=CustomerFactory(time_zone="Europe/Kyiv"))


def reserve(contact, at=MONDAY, about="survey:1", **options):
    with transaction.atomic():
        return contacting.reserve(contact=contact.pk, about=about, mail=uuid4(), at=at, **options)[1]


def test_the_clock_runs_from_the_mail_that_began_to_leave(ana):
    assert reserve(ana).goes
    again = reserve(ana, at=MONDAY + timedelta(days=1))
    assert (again.reason, again.may_go_at) == ("clock_survey", datetime(2026, 6, 1, 6, tzinfo=UTC))  # a Monday
    other = reserve(ana, at=MONDAY + timedelta(days=1), about="survey:2")
    assert (other.reason, other.may_go_at) == ("clock_overall", MONDAY + timedelta(days=14))
    assert reserve(ana, at=MONDAY + timedelta(days=7), reminder=True).goes
    after_reminder = reserve(ana, at=MONDAY + timedelta(days=15), about="survey:2")
    assert after_reminder.may_go_at == MONDAY + timedelta(days=21)


def test_a_second_try_of_the_same_mail_is_no_second_mail(ana):
    mail = uuid4()
    for minutes in (0, 5):
        with transaction.atomic():
            at = MONDAY + timedelta(minutes=minutes)
            assert contacting.reserve(contact=ana.pk, about="survey:1", mail=mail, at=at)[1].goes
    assert ContactSend.objects.get().at == MONDAY


def test_an_open_escalation_holds_back_until_it_is_closed(ana):
    ticket = TicketFactory(customer=ana.customer)
    TicketStateFactory(ticket=ticket, customer=ana.customer, escalated=True, closed_at=None)
    assert reserve(ana).reason == "escalation"
    TicketStateFactory(ticket=ticket, customer=ana.customer, escalated=True, closed_at=MONDAY)
    assert reserve(ana).goes


def test_unsubscribing_withdraws_consent_and_suppresses_the_address_of_everybody_who_has_it(ana):
    twin = ContactFactory(email="ana@example.com ".strip())
    contacting.unsubscribe(contact=ana, at=MONDAY)
    ana.refresh_from_db()
    assert ana.consent == Contact.Consent.WITHDRAWN
    assert known_of(contacts=[twin.pk], about="x")[twin.pk].suppressed == "unsubscribed"
    assert "ana@" not in "".join(Suppression.objects.values_list("digest", flat=True))
    contacting.unsubscribe(contact=ana, at=MONDAY)
    assert Suppression.objects.count() == 1


def test_a_lifted_suppression_no_longer_holds(ana, admin_user):
    contacting.suppress(addresses=[ana.email], reason="bounced", at=MONDAY)
    assert reserve(ana).reason == "bounced"
    assert contacting.lift(suppressions=Suppression.objects.all(), by=admin_user, at=MONDAY) == 1
    assert reserve(ana).goes


@pytest.mark.django_db(transaction=True)
def test_of_two_mails_to_one_person_only_one_goes():
    """The second waits at the contact's row until the first has written down that it goes."""
    import threading

    contact, verdicts = ContactFactory(email="ana@example.com"), []
    inside, go_on = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            verdicts.append(contacting.reserve(contact=contact.pk, about="survey:1", mail=uuid4(), at=MONDAY)[1])
            inside.set()
            go_on.wait(5)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(5)
    threading.Timer(0.3, go_on.set).start()
    verdicts.append(reserve(contact, about="survey:2"))
    thread.join()
    assert [verdict.reason for verdict in verdicts] == ["", "clock_overall"]


def test_the_known_of_many_take_one_statement(django_assert_num_queries, db):
    clock.zone()
    few = [ContactFactory().pk for _ in range(3)]
    with django_assert_num_queries(2):
        assert len(known_of(contacts=few, about="survey:1")) == 3


@pytest.mark.django_db
def test_the_policy_is_kept_in_the_admin_and_weekdays_are_checked(admin_client):
    form = {"survey_days": 60, "overall_days": 10, "from_hour": 8, "until_hour": 18, "quiet_weekdays": "[6, 9]"}
    answer = admin_client.post("/admin/customers/contactpolicy/add/", form)
    assert "0 is Monday" in answer.content.decode()
    admin_client.post("/admin/customers/contactpolicy/add/", {**form, "quiet_weekdays": "[6]"})
    assert ContactPolicy.current().survey_days == 60
    contacting.suppress(addresses=["bo@example.com"], reason="by_hand", at=MONDAY)
    found = admin_client.get("/admin/customers/suppression/", {"q": "Bo@example.com"}).content.decode()
    assert contacting.digest("bo@example.com") in found
