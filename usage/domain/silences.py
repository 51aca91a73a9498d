"""Noticing that a source has gone quiet, once, and that it is back. What reads usage needs no telling: a silent feed is
missing data there. Somebody has to mend it, though: administrators get a mail, and see it until it is over."""

from datetime import datetime, timedelta

from django.db import transaction

from core import clock
from core.clock import AsOf
from core.domain import events
from usage.models import Silence
from usage.queries.sources import SourceState, source_states

QUIET, BACK = "usage.source_quiet.v1", "usage.source_back.v1"
FORGOTTEN = 30  # days after which nobody waits for a source any more: a file that was loaded once is no silence
GIVEN_UP = 180  # days after which a silence that was told of ends by itself


@transaction.atomic
def notice(*, at: datetime) -> list[Silence]:
    """Open a silence and append an event, for every source that has gone quiet: notices tell of it; end those of
    sources that are back, and those that nobody waits for any more. Returns the silences that are new."""
    states = source_states(AsOf.live())
    since = clock.today(at) - timedelta(days=FORGOTTEN)
    open_ones = {one.source_id: one for one in Silence.objects.select_for_update().filter(ended_at=None)}
    quiet = [one for one in states if one.quiet and one.last_on >= since and one.source.pk not in open_ones]
    back = [one for one in states if not one.quiet and one.source.pk in open_ones]
    given_up = clock.today(at) - timedelta(days=GIVEN_UP)
    over = {one.source.pk for one in states if not one.quiet or one.last_on < given_up}
    made = Silence.objects.bulk_create(Silence(source=one.source, last_on=one.last_on, noticed_at=at) for one in quiet)
    Silence.objects.filter(pk__in=[one.pk for source, one in open_ones.items() if source in over]).update(ended_at=at)
    events.append(type=QUIET, payloads=map(_payload, quiet), at=at)
    events.append(type=BACK, payloads=map(_payload, back), at=at)
    return made


def _payload(state: SourceState) -> dict[str, str]:
    return {"source": state.source.key, "last_on": f"{state.last_on}"}
