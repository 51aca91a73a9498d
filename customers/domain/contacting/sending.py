from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core import clock
from customers.domain.contacting.policy import Nature, Verdict, decide
from customers.models import Contact, ContactPolicy, ContactSend
from customers.queries.contacting import About, known_of_each


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A mail that is about to leave for a contact."""

    contact: int
    about: str
    mail: UUID
    nature: str = Nature.SERVICE
    reminder: bool = False


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
    wanted = Wanted(contact=contact, about=about, mail=mail, nature=nature, reminder=reminder)
    return reserve_all(wanted=[wanted], at=at, policy=policy)[mail]


def reserve_all(
    *, wanted: Sequence[Wanted], at: datetime, policy: ContactPolicy | None = None
) -> dict[UUID, tuple[Contact, Verdict]]:
    """The same for many, by mail. Of several to one contact only the first is decided about: the others come next."""
    first = {one.contact: one for one in reversed(wanted)}
    rows = Contact.objects.select_for_update(of=("self",)).select_related("customer").order_by("pk")
    held = {contact.pk: contact for contact in rows.filter(pk__in=first)}
    known = known_of_each([About(one.contact, one.about, one.mail) for one in first.values()])
    policy, found = policy or ContactPolicy.current(), {}
    for one in first.values():
        verdict = decide(known[one.contact], policy=policy, at=at, nature=one.nature, reminder=one.reminder)
        found[one.mail] = (held[one.contact], verdict)
    going = [one for one in first.values() if found[one.mail][1].goes]
    ContactSend.objects.bulk_create((_send(one, held[one.contact], at) for one in going), ignore_conflicts=True)
    return found


def _send(one: Wanted, held: Contact, at: datetime) -> ContactSend:
    day = clock.today(at)
    return ContactSend(
        contact=held,
        customer_id=held.customer_id,
        at=at,
        about=one.about,
        reminder=one.reminder,
        mail=one.mail,
        day=day,
        known_on=day,
    )
