from datetime import datetime
from uuid import UUID

from core import clock
from customers.domain.contacting.policy import Nature, Verdict, decide
from customers.models import Contact, ContactPolicy, ContactSend
from customers.queries.contacting import known_of


def reserve(
    *,
    contact: int,
    about: str,
    mail: UUID,
    at: datetime,
    nature: str = Nature.SERVICE,
    reminder: bool = False,
    policy: ContactPolicy | None = None,
) -> tuple[Contact, Verdict]:
    """Decide, holding the contact's row, whether the mail may go now; if so, the clocks run from now on.

    Call it in the transaction that moves the mail to ``sending``: of two mails to one person only one goes.
    ``policy`` spares reading it for each mail of a batch.
    """
    held = Contact.objects.select_for_update(of=("self",)).select_related("customer").get(pk=contact)
    known = known_of(contacts=[contact], about=about, but=mail)[contact]
    verdict = decide(known, policy=policy or ContactPolicy.current(), at=at, nature=nature, reminder=reminder)
    if verdict.goes:
        day = clock.today(at)
        ContactSend.objects.bulk_create(
            [
                ContactSend(
                    contact=held,
                    customer_id=held.customer_id,
                    at=at,
                    about=about,
                    reminder=reminder,
                    mail=mail,
                    day=day,
                    known_on=day,
                )
            ],
            ignore_conflicts=True,
        )
    return held, verdict
