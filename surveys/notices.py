from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import notices
from accounts.domain.notices import NewNotice
from accounts.telling import Kind, register
from core import clock
from core.consumers import consumes
from core.models import Event
from customers.queries.owners import Owned, owned
from surveys.domain.scales import DETRACTOR

register(
    Kind(
        key="detractor",
        label=gettext_lazy("A customer of yours gives a low score"),
        icon="hand-thumb-down",
        order=20,
        say=lambda values: _("%(customer)s gave %(score)s (%(kind)s): a low score") % values,
    ),
    Kind(
        key="answer",
        label=gettext_lazy("A customer of yours answers a survey"),
        icon="chat-bubble-left-ellipsis",
        order=30,
        say=lambda values: _("%(customer)s gave %(score)s (%(kind)s)") % values,
    ),
)


@consumes("surveys.answered.v1", name="surveys.notices")
def tell_of_answers(events: Sequence[Event]) -> None:
    """An answer is told to the owner of the customer."""
    told = [event.payload for event in events if event.payload["customer"]]
    theirs = owned({payload["customer"] for payload in told})
    rows = [_notice(payload, theirs[payload["customer"]]) for payload in told if payload["customer"] in theirs]
    notices.tell(notices=rows, at=clock.now())


def _notice(payload: Mapping[str, Any], one: Owned) -> NewNotice:
    return NewNotice(
        user=one.owner,
        kind="detractor" if payload["class"] == DETRACTOR else "answer",
        key=f"answer:{payload['uid']}",
        address=f"{one.address}#answers",
        values={"customer": one.name, "score": payload["score"], "kind": f"{payload['kind']}".upper()},
    )
