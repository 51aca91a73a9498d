from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import clock
from core.models import Mail
from core.wake import wake_after_commit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    kind: str
    key: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    expires_at: datetime | None = None


def post(*, mails: Iterable[NewMail]) -> int:
    """Put mails into the outbox, in the caller's transaction. A key that is there already is left as it is."""
    given, at = list(mails), clock.now()
    made = Mail.objects.bulk_create((_row(new) for new in given), ignore_conflicts=True, batch_size=2000)
    if any(new.due_at is None or new.due_at <= at for new in given):
        wake_after_commit("core.tasks.deliver")
    return len(made)


def _row(new: NewMail) -> Mail:
    due = {"due_at": new.due_at} if new.due_at else {}
    return Mail(kind=new.kind, key=new.key, payload=dict(new.payload), expires_at=new.expires_at, **due)
