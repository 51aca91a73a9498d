from collections.abc import Sequence

from core.consumers import consumes
from core.models import Event
from subscriptions.domain import generations, ledger


@consumes("customers.customers_merged.v1", "customers.merge_undone.v1", name="subscriptions.merges")
def follow_merges(events: Sequence[Event]) -> None:
    """Of two that are one, or are two again, the ledger says so at once. It is a transfer: nobody is told of it."""
    customers = sorted({int(customer) for event in events for customer in event.payload["customers"]})
    generations.let_write()
    ledger.refresh(customers=customers)
