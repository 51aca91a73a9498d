from collections.abc import Sequence

from core import jobs
from core.consumers import consumes
from core.models import Event
from health.domain import chances

TOLD = (
    "customers.customer_created.v1",
    "customers.customer_changed.v1",
    "customers.customers_merged.v1",
    "customers.merge_undone.v1",
    "customers.contact_added.v1",
    "customers.contact_changed.v1",
    "customers.ticket_recorded.v1",
    "customers.ticket_changed.v1",
    "customers.touchpoint_logged.v1",
    "customers.touchpoint_taken_back.v1",
    "usage.recorded.v1",
    "subscriptions.version_recorded.v1",
    "subscriptions.invoices_recorded.v1",
    "surveys.answered.v1",
    "surveys.answer_withdrawn.v1",
)


@consumes(*TOLD, name="health.refresh")
def refresh_the_customers_of(events: Sequence[Event]) -> None:
    """Have the standings of those whose facts changed brought up to date, all of a batch at once."""
    customers = sorted({customer for event in events for customer in _customers(event)})
    if customers:
        jobs.enqueue(kind="health.refresh", key=f"{events[-1].pk}", payload={"customers": customers})


@consumes("data.loaded.v1", "data.import_undone.v1", "health.scorecard_published.v1", name="health.refresh_all")
def refresh_everybody(events: Sequence[Event]) -> None:
    if any(event.type.startswith("data.") for event in events):
        chances.forget()
    jobs.enqueue(kind="health.refresh_all", key="all")


def _customers(event: Event) -> list[int]:
    told = event.payload.get("customers", [event.payload.get("customer")])
    return [int(customer) for customer in told if customer is not None]
