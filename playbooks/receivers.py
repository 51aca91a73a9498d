from collections.abc import Iterable, Sequence
from typing import Any

from core import clock, jobs
from core.consumers import consumes
from core.models import Event
from customers.rules import holds_rules
from playbooks.domain import following
from playbooks.models import QueueRule


@holds_rules("queue rules")
def queue_rules() -> Iterable[tuple[str, Any]]:
    return QueueRule.objects.order_by("pk").values_list("title", "rule")


@consumes("health.refreshed.v1", name="playbooks.queue")
def look_at_who_was_refreshed(events: Sequence[Event]) -> None:
    """Have the queue rules held against the standings that are new, all of a batch at once."""
    told = [event.payload["customers"] for event in events]
    everybody = any(customers is None for customers in told)
    some = None if everybody else sorted({one for customers in told for one in customers})
    jobs.enqueue(kind="playbooks.queue", key=f"{events[-1].pk}", payload={"customers": some})


@consumes("customers.customer_changed.v1", name="playbooks.owners")
def follow_new_owners(events: Sequence[Event]) -> None:
    """What the owner of before had to do for a customer is the new one's."""
    for event in events:
        if moved := event.payload["changes"].get("owner"):
            following.owner_changed(
                customer=event.payload["customer"], before=moved["before"], after=moved["after"], at=clock.now()
            )
