from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.models import Mail
from customers.domain import contacting
from customers.models import Suppression
from surveys.domain import mailing
from surveys.models import Ask

REASONS = {reason.value for reason in Suppression.Reason} - {Suppression.Reason.BY_HAND.value}


@transaction.atomic
def came_back(*, what: str, mail: UUID | None, address: str, at: datetime) -> None:
    """A bounce, a complaint or an unsubscription that somebody else was told: no more mail to that address.

    ``mail`` is the outbox's id, where it is known; the address in the hook may be all there is.
    """
    sent = Mail.objects.filter(uid=mail, kind=mailing.KIND).first() if mail else None
    if sent:
        ask = Ask.objects.select_related("contact").get(pk=sent.payload["ask"])
        mailing.came_back(ask, what=what, at=at)
    if address:
        contacting.suppress(addresses=[address], reason=what, at=at)
