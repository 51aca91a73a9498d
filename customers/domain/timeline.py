from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.models import User
from customers.models import Text, TimelineEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line to be told. ``at`` is when it happened; the words of ``kind`` are registered in ``timeline.py``."""

    customer: int
    kind: str
    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)
    text: Text | None = None


def tell(*, entries: Iterable[Entry], known_on: date, by: User | None = None) -> list[TimelineEntry]:
    """Write lines of the timeline, inside the transaction of the fact that they tell of."""
    return TimelineEntry.objects.bulk_create(
        TimelineEntry(
            customer_id=entry.customer,
            at=entry.at,
            known_on=known_on,
            kind=entry.kind,
            values=dict(entry.values),
            text=entry.text,
            by=by,
        )
        for entry in entries
    )


def write_texts(*, texts: Sequence[tuple[int | None, int | None, str]]) -> list[Text | None]:
    """Store the words of (customer, contact, words), in their order; None in the place of empty ones."""
    made = [
        Text(customer_id=customer, contact_id=contact, body=body.strip()) if body.strip() else None
        for customer, contact, body in texts
    ]
    Text.objects.bulk_create([text for text in made if text])
    return made
