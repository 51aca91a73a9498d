from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from core.clock import AsOf
from core.prepared import prepared
from customers.models import Customer, Ticket, TicketState
from customers.queries.canonical import members


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket and what is known of it."""

    ticket: Ticket
    priority: str
    escalated: bool
    closed_at: datetime | None
    first_response_minutes: int | None


def cases(customer: Customer, *, at: AsOf, most: int = 8) -> list[Case]:
    """The latest tickets of a customer with their state: open ones first, then by day. Two statements."""
    tickets = _tickets(tuple(members(customer.pk)), at)
    states = _states(tuple([one.pk for one in tickets]), at) if tickets else []
    latest = {state.ticket_id: state for state in states}
    made = [_case(ticket, latest.get(ticket.pk)) for ticket in tickets]
    return sorted(made, key=lambda case: case.closed_at is not None)[:most]


@prepared
def _tickets(customers: tuple[int, ...], at: AsOf) -> QuerySet[Ticket]:
    return Ticket.objects.filter(at.visible(), customer__in=customers).order_by("-opened_at", "-pk")[:60]


@prepared
def _states(tickets: tuple[int, ...], at: AsOf) -> QuerySet[TicketState]:
    """The last that was known of each."""
    known = TicketState.objects.filter(at.known(), ticket__in=tickets)
    return known.order_by("ticket", "-known_on", "-pk").distinct("ticket")


def _case(ticket: Ticket, state: TicketState | None) -> Case:
    if state is None:
        return Case(ticket, "", False, None, None)
    return Case(ticket, state.priority, state.escalated, state.closed_at, state.first_response_minutes)
