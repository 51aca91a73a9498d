from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import notices
from accounts.domain.notices import NewNotice
from accounts.telling import Kind, Values, register
from core import clock
from core.consumers import consumes
from core.models import Event, Source
from core.navigation import staff


def _quiet(values: Values) -> str:
    day = date_format(date.fromisoformat(values["last_on"]), "j M")
    return _("No usage from %(source)s since %(day)s") % {"source": values["source"], "day": day}


register(
    Kind(
        key="source_quiet",
        label=gettext_lazy("A source of usage goes quiet"),
        icon="signal-slash",
        order=81,
        allowed=staff,
        say=_quiet,
    )
)


@consumes("usage.source_quiet.v1", name="usage.notices")
def tell_of_quiet_sources(events: Sequence[Event]) -> None:
    """Administrators, who can mend it."""
    told = [event.payload for event in events]
    labels = {one.key: str(one) for one in Source.objects.filter(key__in={one["source"] for one in told})}
    rows = [
        NewNotice(
            user=user,
            kind="source_quiet",
            key=f"quiet:{one['source']}:{one['last_on']}",
            address=reverse("usage:intake"),
            values={"source": labels.get(one["source"], one["source"]), "last_on": one["last_on"]},
        )
        for one in told
        for user in notices.administrators()
    ]
    notices.tell(notices=rows, at=clock.now())
