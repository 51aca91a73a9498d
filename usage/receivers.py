from collections.abc import Sequence

from core import jobs
from core.consumers import consumes
from core.models import Event

TOLD = (
    "customers.customer_created.v1",
    "customers.customer_changed.v1",
    "customers.contact_added.v1",
    "customers.contact_changed.v1",
    "data.loaded.v1",
)


@consumes(*TOLD, name="usage.attach")
def see_who_can_be_told_by_now(events: Sequence[Event]) -> None:
    """Whoever waited for a customer may be of one that has just come."""
    jobs.enqueue(kind="usage.attach", key="all")
