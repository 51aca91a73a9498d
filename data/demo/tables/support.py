"""The rows of tickets: one when it was opened, one more for each change of its state."""

import numpy as np

from customers.models import Ticket, TicketState
from data.demo.rows import filled, instants, picked, uid_texts
from data.demo.spec import dates
from data.demo.support import KINDS, PRIORITIES, Tickets, ask
from data.demo.tables.book import Book
from data.demo.tables.copying import Columns, copy, reserve


def write(book: Book) -> None:
    """Tickets and their states, each state known on its day; in the timeline the escalated ones."""
    tickets = ask(book.world)
    ids, uids = reserve(Ticket, len(tickets)), book.uids("tickets", len(tickets))
    columns = {
        "id": ids,
        "uid": uids,
        "customer_id": book.customers[tickets.customer],
        "opened_at": instants(book.rng("tickets"), tickets.day),
        "kind": picked(KINDS, tickets.kind),
        "day": dates(tickets.day),
        "known_on": dates(tickets.day),
    }
    copy(Ticket, columns)
    never, escalated = np.full(len(tickets), -1), tickets.escalated_on >= 0
    columns = {"ticket_id": ids, "customer_id": book.customers[tickets.customer]}
    columns |= {"priority": picked(PRIORITIES, tickets.priority), "first_response_minutes": tickets.response}
    _states(book, {**columns, "escalated": escalated & False}, tickets.day, never, never)
    _states(book, {**columns, "escalated": escalated}, tickets.escalated_on, never, never)
    _states(book, {**columns, "escalated": escalated}, tickets.closed_on, tickets.closed_on, tickets.satisfaction)
    _tell(book, tickets, uids, tickets.escalated_on, "ticket_escalated")
    _tell(book, tickets, uids, np.where(escalated, tickets.closed_on, -1), "ticket_closed")
    book.external("ticket", "tic_", ids, 5)


def _states(book: Book, columns: Columns, day: np.ndarray, closed: np.ndarray, rated: np.ndarray) -> None:
    """The rows of the tickets that came to a state on a day (−1: never), known the same day."""
    closed_at = instants(book.rng("closed"), closed, first=17, last=18)
    closed_at[closed < 0] = np.datetime64("NaT")
    more = {
        "closed_at": closed_at,
        "satisfaction": np.ma.masked_array(rated, rated < 0),
        "day": dates(day),
        "known_on": dates(day),
    }
    copy(TicketState, {name: values[day >= 0] for name, values in {**columns, **more}.items()})


def _tell(book: Book, tickets: Tickets, uids: np.ndarray, day: np.ndarray, kind: str) -> None:
    here = np.flatnonzero(day >= 0)
    values = filled(
        '{"ticket": "{ticket}", "kind": "{kind}", "priority": "{priority}", "escalated": true}',
        ticket=uid_texts(uids[here]),
        kind=picked(KINDS, tickets.kind[here]),
        priority=picked(PRIORITIES, tickets.priority[here]),
    )
    book.tell(kind, tickets.customer[here], day[here], values)
