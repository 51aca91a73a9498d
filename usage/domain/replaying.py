"""Trying rejected events again: after a rule of ours has changed, or what they lacked is known by now."""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from usage.domain.intake import writing
from usage.domain.intake.reading import Arrived, Envelope, read
from usage.models import IntakeSettings, Rejected


@transaction.atomic
def replay(*, rejected: Iterable[Rejected], at: datetime) -> tuple[int, int]:
    """Take what can be taken by now, as received when it was. Returns how many were, and how many are
    as bad as ever."""
    traits = IntakeSettings.current().company_traits
    taken, left = 0, 0
    for one in rejected:
        row = read(json.loads(one.payload), Envelope(one.received_at, one.sent_at, one.path, traits))
        if isinstance(row, Arrived):
            writing.write([row], source=one.source_id, received_at=at, path=one.path)
            Rejected.objects.filter(pk=one.pk).update(replayed_at=at)
            taken += 1
        else:
            Rejected.objects.filter(pk=one.pk).update(
                reason=row.reason, detail=row.detail, digest=UUID(f"{one.digest}")
            )
            left += 1
    return taken, left
