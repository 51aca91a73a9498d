from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from core import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the policy looks at. ``last`` is the last mail about anything, ``last_same`` the last one about the same
    that was no reminder; ``last_other`` the last about anything else."""

    contact: int
    customer: int
    has_address: bool
    left: bool
    consent: str
    suppressed: str = ""
    escalated: bool = False
    last_same: datetime | None = None
    last_other: datetime | None = None
    last_about: datetime | None = None
    zone: str = ""


# One statement for any number of contacts. The digest is that of customers.domain.contacting.digest.
KNOWN = """
SELECT c.id, c.customer_id, c.email <> '', c.left_on IS NOT NULL, c.consent, COALESCE(s.reason, ''),
       EXISTS (SELECT 1 FROM customers_ticketstate t
               WHERE t.customer_id = c.customer_id AND t.escalated AND t.closed_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM customers_ticketstate later WHERE later.ticket_id = t.ticket_id
                                 AND (later.known_on, later.id) > (t.known_on, t.id))),
       sends.last_same, sends.last_other, sends.last_about,
       COALESCE(NULLIF(c.time_zone, ''), NULLIF(k.time_zone, ''), %(zone)s)
FROM customers_contact c JOIN customers_customer k ON k.id = c.customer_id
LEFT JOIN customers_suppression s ON s.lifted_at IS NULL
     AND s.digest = encode(sha256(convert_to('holdfast suppression ' || lower(btrim(c.email)), 'UTF8')), 'hex')
LEFT JOIN LATERAL (
    SELECT max(d.at) FILTER (WHERE d.about = %(about)s AND NOT d.reminder) AS last_same,
           max(d.at) FILTER (WHERE d.about <> %(about)s) AS last_other,
           max(d.at) FILTER (WHERE d.about = %(about)s) AS last_about
    FROM customers_contactsend d WHERE d.contact_id = c.id AND d.mail IS DISTINCT FROM %(but)s
) sends ON TRUE
WHERE c.id = ANY(%(contacts)s)
"""


NAMES = (
    *("contact", "customer", "has_address", "left", "consent", "suppressed", "escalated"),
    *("last_same", "last_other", "last_about", "zone"),
)


def known_of(*, contacts: Sequence[int], about: str, but: UUID | None = None) -> dict[int, Known]:
    """What the contact policy looks at, by contact; ``but`` is a mail that is tried again and doesn't count."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"contacts": list(contacts), "about": about, "but": but, "zone": clock.zone().key})
        return {row[0]: _known(row) for row in cursor.fetchall()}


def _known(row: tuple[object, ...]) -> Known:
    return Known(**dict(zip(NAMES, row, strict=True)))  # type: ignore[arg-type]
