from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from core.clock import AsOf
from customers.registry import MEASURES, gather
from customers.registry.rolling import unlike
from customers.tests.factories import (
    ContactChangeFactory,
    ContactFactory,
    CustomerFactory,
    GoalFactory,
    GoalValueFactory,
    MergeFactory,
    PulseFactory,
    StageReachedFactory,
    TicketFactory,
    TicketStateFactory,
    TouchpointFactory,
)

pytestmark = pytest.mark.django_db

D = date(2025, 6, 30)
KEYS = [
    "days_since_touch",
    "last_touch_on",
    "open_tickets",
    "escalated_tickets_56",
    "active_contacts",
    "champion_left",
    "touches_90",
    "tickets_90",
    "ticket_satisfaction_180",
    "contacts_left_180",
    "onboarding_progress",
    "goals_reached",
    "goals_overdue",
    "pulse",
    "days_since_pulse",
]


def before(days):
    return D - timedelta(days=days)


def value(key, customer, at=None):
    """The one value, None where it is missing."""
    frame = gather(at or AsOf.at(D), [key], customers=[customer.pk])
    (found,) = frame[key]
    return found.item() if frame.measured(key)[0] else None


def at_noon(day):
    return datetime.combine(day, datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)


@pytest.mark.parametrize("key", KEYS)
def test_whoever_has_no_facts_is_not_measured(key):
    assert value(key, CustomerFactory()) is None


@pytest.mark.parametrize("key", KEYS)
def test_each_is_defined_in_words(key):
    assert MEASURES[key].label
    assert len(str(MEASURES[key].description)) > 40


def test_a_touch_counts_from_its_day():
    customer = CustomerFactory()
    TouchpointFactory(customer=customer, day=before(40))
    TouchpointFactory(customer=customer, day=before(12))
    assert value("days_since_touch", customer) == 12
    assert value("last_touch_on", customer) == before(12)


def test_only_two_way_contact_is_touch():
    customer = CustomerFactory()
    TouchpointFactory(customer=customer, day=before(40))
    TouchpointFactory(customer=customer, day=before(1), two_way=False)
    assert value("days_since_touch", customer) == 40


def test_an_open_ticket_is_open_until_it_is_known_to_be_closed():
    customer = CustomerFactory()
    opened = TicketStateFactory(customer=customer, ticket__customer=customer, day=before(20))
    TicketStateFactory(ticket=opened.ticket, day=before(5), known_on=before(2), closed_at=at_noon(before(5)))
    assert value("open_tickets", customer, AsOf.at(before(10))) == 1
    assert value("open_tickets", customer, AsOf.at(before(3))) == 1
    assert value("open_tickets", customer, AsOf.at(before(3), known_on=D)) == 0
    assert value("open_tickets", customer) == 0


def test_the_state_known_last_counts():
    customer = CustomerFactory()
    ticket = TicketFactory(customer=customer, day=before(20))
    TicketStateFactory(ticket=ticket, day=before(9), closed_at=at_noon(before(9)))
    TicketStateFactory(ticket=ticket, day=before(8))
    assert value("open_tickets", customer) == 1


def test_escalations_count_for_56_days():
    customer = CustomerFactory()
    for days in (57, 56, 1):
        ticket = TicketFactory(customer=customer, day=before(days))
        TicketStateFactory(ticket=ticket, day=before(days), escalated=True, closed_at=at_noon(before(days)))
    TicketStateFactory(ticket=TicketFactory(customer=customer, day=before(3)), day=before(3))
    assert value("escalated_tickets_56", customer) == 2


def test_contacts_who_left_are_not_active():
    customer = CustomerFactory()
    ContactFactory(customer=customer, since=before(100))
    gone = ContactFactory(customer=customer, since=before(100))
    ContactChangeFactory(contact=gone, left=True, day=before(10))
    assert value("active_contacts", customer, AsOf.at(before(50))) == 2
    assert value("active_contacts", customer) == 1


@pytest.mark.parametrize(("days", "left"), [(180, 1), (181, 0)])
def test_a_champion_who_left_is_missed_for_180_days(days, left):
    contact = ContactFactory(role="champion", since=before(400))
    ContactChangeFactory(contact=contact, left=True, day=before(days))
    assert value("champion_left", contact.customer) == left


def test_a_champion_who_was_replaced_is_not_missed():
    contact = ContactFactory(role="champion", since=before(400))
    ContactChangeFactory(contact=contact, left=True, day=before(20))
    ContactFactory(customer=contact.customer, role="champion", since=before(5))
    assert value("champion_left", contact.customer, AsOf.at(before(10))) == 1
    assert value("champion_left", contact.customer) == 0


def test_who_is_no_champion_any_more_is_not_missed():
    contact = ContactFactory(role="champion", since=before(400))
    ContactChangeFactory(contact=contact, role="user", day=before(30))
    ContactChangeFactory(contact=contact, role="user", left=True, day=before(20))
    assert value("champion_left", contact.customer) == 0


def test_what_was_learned_later_changes_nothing_of_before():
    customer = CustomerFactory()
    gone = ContactFactory(customer=customer, role="champion", since=before(400))
    TouchpointFactory(customer=customer, day=before(50))
    ticket = TicketFactory(customer=customer, day=before(30))
    TicketStateFactory(ticket=ticket, day=before(30))
    then = gather(AsOf.at(before(10)), KEYS)
    ContactChangeFactory(contact=gone, left=True, day=before(20), known_on=before(10))
    TouchpointFactory(customer=customer, day=before(20), known_on=before(10))
    TicketStateFactory(ticket=ticket, day=before(25), known_on=before(10), escalated=True)
    again = gather(AsOf.at(before(10)), KEYS)
    for key in KEYS:
        np.testing.assert_array_equal(then[key], again[key])
    changed = gather(AsOf.at(before(9)), KEYS)
    assert [changed[key][0].item() for key in KEYS[:6]] == [11, before(20), 1, 1, 0, 1]


def test_facts_of_a_merged_customer_count_for_the_one_it_is():
    merge = MergeFactory(known_on=before(5))
    TouchpointFactory(customer=merge.from_customer, day=before(7))
    TicketStateFactory(ticket=TicketFactory(customer=merge.from_customer, day=before(7)), day=before(7))
    ContactFactory(customer=merge.from_customer, since=before(7))
    frame = gather(AsOf.at(D), KEYS)
    assert list(frame.ids) == [merge.into_customer_id]
    assert [frame[key][0] for key in ("days_since_touch", "open_tickets", "active_contacts")] == [7, 1, 1]
    assert value("open_tickets", merge.into_customer) == 1


@pytest.mark.parametrize("size", [1, 3])
def test_the_number_of_statements_does_not_grow(size, django_assert_num_queries):
    for _one in range(size):
        TouchpointFactory(day=before(1))
    # Whether there are merges, the customers, and one statement for each of seven families.
    with django_assert_num_queries(9):
        everybody = gather(AsOf.at(D), KEYS)
    with django_assert_num_queries(3):
        few = gather(AsOf.at(D), KEYS, everybody.ids.tolist())
    assert unlike(everybody, few) == []


def test_two_way_contacts_count_once_a_day_for_90_days():
    customer = TouchpointFactory(day=before(89)).customer
    TouchpointFactory(customer=customer, day=before(89))
    TouchpointFactory(customer=customer, day=before(91))
    TouchpointFactory(customer=customer, day=before(3), two_way=False)
    assert value("touches_90", customer) == 1


def test_tickets_of_90_days_and_what_was_said_of_those_of_180():
    customer = CustomerFactory()
    for days, satisfaction in ((10, 5), (120, 2), (200, 1)):
        TicketStateFactory(ticket__customer=customer, day=before(days), satisfaction=satisfaction)
    assert value("tickets_90", customer) == 1
    assert value("ticket_satisfaction_180", customer) == 3.5


def test_contacts_who_left_are_counted_for_180_days():
    customer = CustomerFactory()
    for days in (10, 170, 200):
        ContactChangeFactory(contact=ContactFactory(customer=customer), left=True, day=before(days))
    assert value("contacts_left_180", customer) == 2


def test_onboarding_counts_stages_by_what_is_known_of_them():
    customer = StageReachedFactory(day=before(30)).customer
    StageReachedFactory(customer=customer, stage="set_up", day=before(20))
    assert value("onboarding_progress", customer) == 0.5
    StageReachedFactory(customer=customer, stage="set_up", reached=False, day=before(20), known_on=before(5))
    assert value("onboarding_progress", customer) == 0.25


@pytest.mark.parametrize(
    ("baseline", "target", "now", "reached"), [(0, 10, 10, 1), (0, 10, 9, 0), (10, 2, 1, 1), (10, 2, 3, 0)]
)
def test_goals_are_reached_upwards_or_downwards(baseline, target, now, reached):
    goal = GoalFactory(baseline=baseline, target=target, due_on=before(1), day=before(50))
    GoalValueFactory(goal=goal, value=now, day=before(9))
    assert value("goals_reached", goal.customer) == reached
    assert value("goals_overdue", goal.customer) == 1 - reached
    GoalValueFactory(goal=goal, value=now, dropped=True, day=before(3))
    assert value("goals_reached", goal.customer) is None


def test_a_goal_without_a_value_is_not_reached():
    goal = GoalFactory(day=before(50))
    assert value("goals_reached", goal.customer) == 0
    assert value("goals_overdue", goal.customer) == 0


def test_a_pulse_counts_until_it_is_stale():
    customer = PulseFactory(feeling=4, day=before(20)).customer
    assert (value("pulse", customer), value("days_since_pulse", customer)) == (4, 20)
    PulseFactory(customer=customer, feeling=1, day=before(9), expires_on=before(1))
    assert (value("pulse", customer), value("days_since_pulse", customer)) == (None, 9)
