from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.domain import events
from customers.domain import timeline
from customers.domain.timeline import Entry
from customers.models import Ticket, TicketState

RECORDED = "customers.ticket_recorded.v1"
CHANGED = "customers.ticket_changed.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known of a ticket: all of it, not only what differs from before."""

    priority: str = ""
    escalated: bool = False
    closed_at: datetime | None = None
    first_response_minutes: int | None = None
    satisfaction: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    customer: int
    opened_at: datetime
    kind: str = ""
    state: State = State()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The state that a ticket is seen in now."""

    ticket: int
    state: State


@transaction.atomic
def record(*, tickets: Sequence[NewTicket], at: datetime) -> list[Ticket]:
    """Record tickets with their state, known on the day of ``at``. Returns them in the order given.

    Raises ValidationError for one that is opened after ``at`` or closed before it was opened.
    """
    for new in tickets:
        _check(new.opened_at, new.state, at)
    zone = clock.zone()
    known_on = at.astimezone(zone).date()
    made = Ticket.objects.bulk_create(
        Ticket(
            customer_id=new.customer,
            opened_at=new.opened_at,
            kind=new.kind,
            day=new.opened_at.astimezone(zone).date(),
            known_on=known_on,
        )
        for new in tickets
    )
    known = [(ticket, new.state) for ticket, new in zip(made, tickets, strict=True)]
    states = _append(known, zone=zone, known_on=known_on, opening=True)
    entries = [_entry("ticket_opened", ticket, state, ticket.opened_at) for ticket, state in known]
    timeline.tell(entries=entries, known_on=known_on)
    events.append(type=RECORDED, payloads=map(_payload, states), at=at)
    return made


@transaction.atomic
def change(*, states: Sequence[Observed], at: datetime) -> list[TicketState]:
    """Append what became of tickets; a state like the latest known one is not written again.

    Raises KeyError for an unknown ticket, ValidationError for a closing before the opening.
    """
    zone = clock.zone()
    known_on = at.astimezone(zone).date()
    tickets = Ticket.objects.in_bulk([one.ticket for one in states])
    before = _latest(tickets)
    known = [(tickets[one.ticket], one.state) for one in states if before.get(one.ticket) != one.state]
    for ticket, state in known:
        _check(ticket.opened_at, state, at)
    written = _append(known, zone=zone, known_on=known_on)
    told = [(_what(before.get(ticket.pk), state), ticket, state) for ticket, state in known]
    entries = [_entry(what, ticket, state, state.closed_at or at) for what, ticket, state in told if what]
    timeline.tell(entries=entries, known_on=known_on)
    events.append(type=CHANGED, payloads=map(_payload, written), at=at)
    return written


def _check(opened_at: datetime, state: State, at: datetime) -> None:
    if opened_at > at:
        raise ValidationError({"opened_at": _("A ticket is recorded when it has been opened.")})
    if state.closed_at and state.closed_at > at:
        raise ValidationError({"closed_at": _("A ticket is closed when it has been closed.")})
    if state.closed_at and state.closed_at < opened_at:
        raise ValidationError({"closed_at": _("A ticket can't be closed before it was opened.")})


def _append(
    known: Sequence[tuple[Ticket, State]], *, zone: tzinfo, known_on: date, opening: bool = False
) -> list[TicketState]:
    return TicketState.objects.bulk_create(
        TicketState(
            ticket=ticket,
            customer_id=ticket.customer_id,
            day=_day(ticket, state, zone, known_on, opening),
            known_on=known_on,
            priority=state.priority,
            escalated=state.escalated,
            closed_at=state.closed_at,
            first_response_minutes=state.first_response_minutes,
            satisfaction=state.satisfaction,
        )
        for ticket, state in known
    )


def _day(ticket: Ticket, state: State, zone: tzinfo, known_on: date, opening: bool) -> date:
    if state.closed_at:
        return state.closed_at.astimezone(zone).date()
    return ticket.day if opening else known_on


def _latest(tickets: Mapping[int, Ticket]) -> dict[int, State]:
    rows = TicketState.objects.filter(ticket__in=tickets).order_by("ticket", "-known_on", "-id").distinct("ticket")
    return {row.ticket_id: _state(row) for row in rows}


def _state(row: TicketState) -> State:
    return State(
        priority=row.priority,
        escalated=row.escalated,
        closed_at=row.closed_at,
        first_response_minutes=row.first_response_minutes,
        satisfaction=row.satisfaction,
    )


def _what(before: State | None, now: State) -> str:
    """Which sentence tells of the step from one state to the next; '' where it is not worth one."""
    before = before or State()
    if now.closed_at and not before.closed_at:
        return "ticket_closed"
    if now.escalated and not before.escalated:
        return "ticket_escalated"
    return "ticket_reopened" if before.closed_at and not now.closed_at else ""


def _entry(kind: str, ticket: Ticket, state: State, at: datetime) -> Entry:
    values = {"ticket": f"{ticket.uid}", "kind": ticket.kind, "priority": state.priority, "escalated": state.escalated}
    return Entry(customer=ticket.customer_id, kind=kind, at=at, values=values)


def _payload(state: TicketState) -> Mapping[str, Any]:
    return {
        "customer": state.customer_id,
        "ticket": state.ticket_id,
        "kind": state.ticket.kind,
        "priority": state.priority,
        "escalated": state.escalated,
        "closed": state.closed_at is not None,
        "day": f"{state.day}",
    }
