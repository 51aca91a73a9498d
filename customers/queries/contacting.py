from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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


@dataclass(frozen=True, slots=True)
class About:
    """What a contact would be written to about; ``but`` is a mail that is tried again and doesn't count."""

    contact: int
    about: str
    but: UUID | None = None


# One statement for any number of contacts. A mail that was dropped before it left moves no clock.
# The digest is that of customers.domain.contacting.digest.
KNOWN = """
SELECT c.id, c.customer_id, c.email <> '', c.left_on IS NOT NULL, c.consent, COALESCE(s.reason, ''),
       EXISTS (SELECT 1 FROM customers_ticketstate t
               WHERE t.customer_id = c.customer_id AND t.escalated AND t.closed_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM customers_ticketstate later WHERE later.ticket_id = t.ticket_id
                                 AND (later.known_on, later.id) > (t.known_on, t.id))),
       sends.last_same, sends.last_other, sends.last_about,
       COALESCE(NULLIF(c.time_zone, ''), NULLIF(k.time_zone, ''), %(zone)s)
FROM unnest(%(contacts)s::bigint[], %(abouts)s::text[], %(buts)s::uuid[]) AS w (contact, about, but)
JOIN customers_contact c ON c.id = w.contact JOIN customers_customer k ON k.id = c.customer_id
LEFT JOIN customers_suppression s ON s.lifted_at IS NULL
     AND s.digest = encode(sha256(convert_to('holdfast suppression ' || lower(btrim(c.email)), 'UTF8')), 'hex')
LEFT JOIN LATERAL (
    SELECT max(d.at) FILTER (WHERE d.about = w.about AND NOT d.reminder) AS last_same,
           max(d.at) FILTER (WHERE d.about <> w.about) AS last_other,
           max(d.at) FILTER (WHERE d.about = w.about) AS last_about
    FROM customers_contactsend d WHERE d.contact_id = c.id AND d.mail IS DISTINCT FROM w.but
         AND NOT EXISTS (SELECT 1 FROM core_mail m WHERE m.uid = d.mail AND m.state = 'dropped')
) sends ON TRUE
"""


NAMES = (
    *("contact", "customer", "has_address", "left", "consent", "suppressed", "escalated"),
    *("last_same", "last_other", "last_about", "zone"),
)


def known_of(*, contacts: Sequence[int], about: str, but: UUID | None = None) -> dict[int, Known]:
    """What the contact policy looks at, by contact; ``but`` is a mail that is tried again and doesn't count."""
    return known_of_each([About(contact, about, but) for contact in contacts])


def known_of_each(wanted: Sequence[About]) -> dict[int, Known]:
    """The same where each may be written to about something else."""
    values: dict[str, Any] = {
        "contacts": [one.contact for one in wanted],
        "abouts": [one.about for one in wanted],
        "buts": [one.but for one in wanted],
        "zone": clock.zone().key,
    }
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, values)
        return {row[0]: _known(row) for row in cursor.fetchall()}


def _known(row: tuple[object, ...]) -> Known:
    return Known(**dict(zip(NAMES, row, strict=True)))  # type: ignore[arg-type]
