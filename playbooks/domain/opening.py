from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from accounts.models import User
from core.ids import uuid7
from playbooks.domain.standings import refresh
from playbooks.domain.story import tell
from playbooks.models import Lane, WorkItem

# A row that is not changed is not written: a night in which nothing moved leaves the table as it was.
UPSERT = """
INSERT INTO playbooks_workitem AS item
    (uid, customer_id, owner_id, cause, title, reasons, text_id, lane, due_on, state, snooze_reason, outcome,
     opened_at, version)
SELECT *, 'open', '', '', %(at)s, 1
FROM unnest(%(uids)s::uuid[], %(customers)s::bigint[], %(owners)s::bigint[], %(causes)s::text[], %(titles)s::text[],
            %(reasons)s::jsonb[], %(texts)s::bigint[], %(lanes)s::text[], %(due)s::date[])
ON CONFLICT (customer_id, cause) WHERE state IN ('open', 'snoozed') DO UPDATE
SET reasons = EXCLUDED.reasons, lane = EXCLUDED.lane, title = EXCLUDED.title,
    owner_id = COALESCE(item.owner_id, EXCLUDED.owner_id)
WHERE (item.reasons, item.lane, item.title) IS DISTINCT FROM (EXCLUDED.reasons, EXCLUDED.lane, EXCLUDED.title)
    OR (item.owner_id IS NULL AND EXCLUDED.owner_id IS NOT NULL)
RETURNING item.id, item.xmax = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A work item to be: for whom, why, and by when."""

    customer_id: int
    cause: str
    due_on: date
    title: str = ""
    owner_id: int | None = None
    reasons: Sequence[dict[str, Any]] = field(default_factory=tuple)
    lane: str = Lane.RISK
    text_id: int | None = None


@transaction.atomic
def open_items(drafts: Iterable[Draft], *, at: datetime, by: User | None = None) -> list[WorkItem]:
    """Open a work item for each draft, or bring the reason of the one already open up to date.

    An item keeps its owner, date and rest; a customer has one open item of a cause. Returns those newly opened.
    """
    batch = list(drafts)
    if not batch:
        return []
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, _columns(batch, at))
        opened = [pk for pk, is_new in cursor.fetchall() if is_new]
    items = list(WorkItem.objects.filter(pk__in=opened).select_related("text").order_by("pk"))
    tell("opened", items, at=at, by=by)
    refresh([item.customer_id for item in items])
    return items


def _columns(batch: Sequence[Draft], at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "uids": [uuid7() for _ in batch],
        "customers": [draft.customer_id for draft in batch],
        "owners": [draft.owner_id for draft in batch],
        "causes": [draft.cause for draft in batch],
        "titles": [draft.title for draft in batch],
        "reasons": [Jsonb(list(draft.reasons)) for draft in batch],
        "texts": [draft.text_id for draft in batch],
        "lanes": [str(draft.lane) for draft in batch],
        "due": [draft.due_on for draft in batch],
    }


@transaction.atomic
def clear_items(items: Iterable[int], *, at: datetime) -> list[WorkItem]:
    """Close the live ones among the work items with these ids: their cause is gone. Returns them."""
    live = list(
        WorkItem.objects.live()
        .filter(pk__in=list(items))
        .select_for_update(of=("self",))
        .select_related("text")
        .order_by("pk")
    )
    closed = [item.pk for item in live]
    WorkItem.objects.filter(pk__in=closed).update(state=WorkItem.State.CLEARED, closed_at=at, snoozed_until=None)
    tell("cleared", live, at=at)
    refresh([item.customer_id for item in live])
    return live


def wake_items(*, today: date) -> int:
    """Open the snoozed items whose day has come. Returns how many."""
    due = WorkItem.objects.filter(state=WorkItem.State.SNOOZED, snoozed_until__lte=today)
    return due.update(state=WorkItem.State.OPEN, snoozed_until=None, snooze_reason="")
