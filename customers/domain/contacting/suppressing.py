import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.domain import events
from customers.domain import contacts
from customers.domain.contacts import ContactValues
from customers.models import Contact, Suppression

SUPPRESSED = "customers.address_suppressed.v1"
LIFTED = "customers.suppression_lifted.v1"


def digest(address: str) -> str:
    """What stands for an address on the list. Not keyed: a new secret must not free anybody."""
    return hashlib.sha256(f"holdfast suppression {address.strip().lower()}".encode()).hexdigest()


@transaction.atomic
def suppress(*, addresses: Iterable[str], reason: str, at: datetime) -> int:
    """Stop all mail to these addresses at once. Returns how many are new on the list."""
    digests = sorted({digest(address) for address in addresses if address})
    known = set(Suppression.objects.filter(digest__in=digests, lifted_at=None).values_list("digest", flat=True))
    new = [one for one in digests if one not in known]
    Suppression.objects.bulk_create(
        (Suppression(digest=one, reason=reason, at=at) for one in new), ignore_conflicts=True
    )
    events.append(type=SUPPRESSED, payloads=[{"digest": one, "reason": reason} for one in new], at=at)
    return len(new)


@transaction.atomic
def unsubscribe(*, contact: Contact, at: datetime) -> None:
    """The contact does not want our mail any more: the consent is withdrawn, and the address is on the list."""
    contacts.change(
        changes=[ContactValues(contact=contact.pk, values={"consent": Contact.Consent.WITHDRAWN})], by=None, at=at
    )
    suppress(addresses=[contact.email], reason=Suppression.Reason.UNSUBSCRIBED, at=at)


@transaction.atomic
def lift(*, suppressions: Iterable[Suppression], by: User, at: datetime) -> int:
    """Take addresses off the list. Returns how many. A withdrawn consent stays withdrawn."""
    chosen = [one.pk for one in suppressions]
    lifted = Suppression.objects.filter(pk__in=chosen, lifted_at=None)
    payloads = [{"digest": one, "by": by.pk} for one in lifted.values_list("digest", flat=True)]
    count = lifted.update(lifted_at=at)
    events.append(type=LIFTED, payloads=payloads, at=at)
    return count
