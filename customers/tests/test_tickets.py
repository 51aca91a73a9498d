from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from core.models import Event
from customers.domain import tickets
from customers.domain.tickets import NewTicket, Observed, State
from customers.models import TicketState, TimelineEntry
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

OPENED = datetime(2025, 6, 1, 9, tzinfo=UTC)
AT = datetime(2025, 6, 2, 9, tzinfo=UTC)
LATER = datetime(2025, 6, 5, 9, tzinfo=UTC)


def record(state=None):
    new = NewTicket(customer=CustomerFactory().pk, opened_at=OPENED, kind="bug", state=state or State(priority="high"))
    return tickets.record(tickets=[new], at=AT)[0]


def observe(ticket, **state):
    return tickets.change(states=[Observed(ticket=ticket.pk, state=State(**state))], at=LATER)


def told():
    return [entry.kind for entry in TimelineEntry.objects.order_by("id")]


def test_a_ticket_is_of_the_day_it_was_opened():
    ticket = record()
    state = TicketState.objects.get()
    assert (ticket.day, ticket.known_on) == (date(2025, 6, 1), date(2025, 6, 2))
    assert (state.ticket, state.day, state.known_on, state.priority) == (ticket, ticket.day, ticket.known_on, "high")
    assert told() == ["ticket_opened"]
    assert Event.objects.get().payload["customer"] == ticket.customer_id


def test_what_becomes_of_it_is_appended():
    ticket = record()
    observe(ticket, priority="high", escalated=True)
    observe(ticket, priority="high", escalated=True, closed_at=datetime(2025, 6, 4, tzinfo=UTC))
    rows = TicketState.objects.order_by("id").values_list("day", "known_on", "escalated")
    assert list(rows) == [
        (date(2025, 6, 1), date(2025, 6, 2), False),
        (date(2025, 6, 5), date(2025, 6, 5), True),
        (date(2025, 6, 4), date(2025, 6, 5), True),
    ]
    assert told() == ["ticket_opened", "ticket_escalated", "ticket_closed"]


def test_a_state_that_is_known_is_not_written_again():
    ticket = record()
    assert observe(ticket, priority="high") == []
    assert TicketState.objects.count() == 1


def test_a_ticket_may_be_opened_again():
    ticket = record(State(closed_at=AT))
    observe(ticket)
    assert told() == ["ticket_opened", "ticket_reopened"]


@pytest.mark.parametrize("closed_at", [datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)])
def test_a_closing_lies_between_the_opening_and_now(closed_at):
    with pytest.raises(ValidationError):
        record(State(closed_at=closed_at))
