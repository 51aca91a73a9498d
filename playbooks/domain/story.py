from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from core import clock
from core.domain import events
from customers.domain import timeline
from playbooks.models import WorkItem


def tell(
    what: str,
    items: Iterable[WorkItem],
    *,
    at: datetime,
    by: User | None = None,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Append the event ``playbooks.work_item_WHAT.v1`` and a line of the customer's timeline for each of ``items``.

    Call it inside the transaction of the write it tells of.
    """
    told = list(items)
    more = dict(values or {})
    entries = [
        timeline.Entry(
            customer=item.customer_id,
            kind=f"work_item_{what}",
            at=at,
            values={"title": item.title, "work_item": str(item.uid), **more},
            text=item.text,
        )
        for item in told
    ]
    timeline.tell(entries=entries, known_on=clock.today(at), by=by)
    payloads = [_payload(item, by) | more for item in told]
    events.append(type=f"playbooks.work_item_{what}.v1", payloads=payloads, at=at)


def _payload(item: WorkItem, by: User | None) -> dict[str, Any]:
    return {
        "work_item": str(item.uid),
        "customer": item.customer_id,
        "owner": item.owner_id,
        "cause": item.cause,
        "lane": item.lane,
        "by": by.pk if by else None,
    }
