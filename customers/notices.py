from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import notices
from accounts.domain.notices import NewNotice
from accounts.telling import Kind, register
from core import clock
from core.consumers import consumes
from core.models import Event
from customers.queries.owners import owned

register(
    Kind(
        key="reply",
        label=gettext_lazy("A customer of yours writes"),
        icon="envelope",
        order=40,
        say=lambda values: _("%(customer)s wrote to you") % values,
    )
)


@consumes("customers.mail_received.v1", name="customers.notices")
def tell_of_mails(events: Sequence[Event]) -> None:
    """A mail of a contact is told to the owner of the customer it was filed on."""
    told = [event for event in events if not event.payload["from_us"]]
    theirs = owned({event.payload["customer"] for event in told})
    rows = [(event, theirs.get(event.payload["customer"])) for event in told]
    notices.tell(
        notices=[
            NewNotice(
                user=one.owner,
                kind="reply",
                key=f"reply:{event.payload['touchpoint']}",
                address=f"{one.address}#story",
                values={"customer": one.name},
            )
            for event, one in rows
            if one
        ],
        at=clock.now(),
    )
