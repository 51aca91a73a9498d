"""The rows of invoices and what became of them, and what the company spent."""

import numpy as np

from data.demo import catalogue as cat
from data.demo.bills import ATTEMPTS, Bills, bill
from data.demo.rows import picked
from data.demo.spec import dates
from data.demo.tables.book import Book
from data.demo.tables.copying import Columns, copy, reserve
from subscriptions.models import Cost, Invoice, InvoiceState


def write(book: Book, subs: np.ndarray) -> None:
    """Invoices, open from the day of issue, then failed, paid or written off. ``subs`` are the subscriptions' keys."""
    bills = bill(book.world)
    ids = reserve(Invoice, len(bills))
    columns = {
        "id": ids,
        "uid": book.uids("invoices", len(ids)),
        "customer_id": book.customers[bills.customer],
        "subscription_id": subs[bills.line],
        "due_on": dates(bills.due),
        "amount": bills.cents * 100,
        "currency": picked(cat.CURRENCIES, book.world.pop.currency[bills.customer]),
        "day": dates(bills.day),
        "known_on": dates(bills.day),
    }
    copy(Invoice, columns)
    _states(book, bills, ids)
    book.external("invoice", "inv_", ids, 5)
    _costs(book)


def _states(book: Book, bills: Bills, ids: np.ndarray) -> None:
    end, never = book.world.spec.end, np.full(len(bills), -1)
    columns = {"invoice_id": ids, "customer_id": book.customers[bills.customer]}
    _state(columns, "open", bills.day, never, never * 0)
    for attempt, days in enumerate(ATTEMPTS, start=1):
        failed = (bills.failures >= attempt) & (bills.day + days < end)
        _state(columns, "failed", np.where(failed, bills.day + days, -1), never, never * 0 + attempt)
    _state(columns, "paid", bills.paid, bills.paid, bills.failures)
    _state(columns, "uncollectible", bills.written_off, never, bills.failures)


def _state(columns: Columns, status: str, day: np.ndarray, paid: np.ndarray, failures: np.ndarray) -> None:
    """The rows of one status, of the invoices that came to it on a day (−1: never), known the same day."""
    more = {"paid_on": dates(paid), "failed_attempts": failures, "day": dates(day), "known_on": dates(day)}
    rows = {name: values[day >= 0] for name, values in {**columns, **more}.items()}
    copy(InvoiceState, {**rows, "status": status})


def _costs(book: Book) -> None:
    """What acquiring and serving customers cost, month by month, known when the month's books are closed."""
    world, rng = book.world, book.world.spec.rng("costs")
    months = world.spec.month_starts()[1:-1]
    there = np.array([((world.pop.since <= day) & (world.fates.leaving() > day)).sum() for day in months])
    joined = np.histogram(world.pop.since, bins=[*months, months[-1] + 31])[0] if len(months) else there
    for kind, base in (("service", there * 260.0), ("acquisition", joined * 5200.0 + there * 40.0)):
        amount = np.rint(base * rng.uniform(0.92, 1.08, len(months))).astype(np.int64) * 10_000
        known = dates(months + 38)
        closed = known < np.datetime64(world.spec.today)
        columns = {"kind": kind, "amount": amount[closed], "day": dates(months)[closed], "known_on": known[closed]}
        copy(Cost, {**columns, "currency": "USD"})
