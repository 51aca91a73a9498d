from dataclasses import dataclass
from datetime import datetime

from core.clock import AsOf
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
    tickets = list(
        Ticket.objects.filter(at.visible(), customer__in=members(customer.pk)).order_by("-opened_at", "-pk")[:60]
    )
    states = TicketState.objects.filter(at.known(), ticket__in=tickets).order_by("ticket", "-known_on", "-pk")
    latest = {state.ticket_id: state for state in states.distinct("ticket")}
    made = [_case(ticket, latest.get(ticket.pk)) for ticket in tickets]
    return sorted(made, key=lambda case: case.closed_at is not None)[:most]


def _case(ticket: Ticket, state: TicketState | None) -> Case:
    if state is None:
        return Case(ticket, "", False, None, None)
    return Case(ticket, state.priority, state.escalated, state.closed_at, state.first_response_minutes)
