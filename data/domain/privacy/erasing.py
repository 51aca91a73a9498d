"""Takes a contact out of all tables, mails and logs; and out again, after a restore from before it."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from core.domain import events
from core.privacy import erase_everywhere
from customers.models import Contact
from data.domain.imports import journal
from data.domain.privacy.export import subject_of
from data.models import Erasure

ERASED = "data.contact_erased.v1"
PURPOSE = "holdfast erasure "
LEFT = """
SELECT c.id FROM customers_contact c
WHERE encode(sha256(convert_to(%s || c.uid::text, 'UTF8')), 'hex') = ANY(%s) AND (c.name <> '' OR c.email <> '')
"""


def digest(contact: Contact) -> str:
    return hashlib.sha256(f"{PURPOSE}{contact.uid}".encode()).hexdigest()


def outside() -> Path:
    """The list that no restore takes back: one line of JSON an erasure."""
    return settings.OUTSIDE_DIR / "erasures.jsonl"


@transaction.atomic
def erase(*, contact: Contact, by: User | None, at: datetime) -> Erasure:
    """Take the contact out everywhere. The facts stay, about somebody; it can't be undone."""
    subject = subject_of(contact)
    remembered = journal.erase(subject)
    counts = {
        **erase_everywhere(subject),
        "changes by imports": remembered,
        "mails on disk": _mails_on_disk(subject.words),
    }
    counts = {table: count for table, count in counts.items() if count}
    made, _new = Erasure.objects.update_or_create(
        digest=digest(contact), defaults={"at": at, "by": by, "counts": counts}
    )
    events.append(type=ERASED, payloads=[{"contact": contact.pk, "customer": contact.customer_id}], at=at)
    transaction.on_commit(lambda: _write(made))
    return made


def replay(*, at: datetime) -> int:
    """Take out again whoever is on the list, here or outside, and is back. Returns how many were."""
    listed = sorted({*_outside(), *Erasure.objects.values_list("digest", flat=True)})
    with connection.cursor() as cursor:
        cursor.execute(LEFT, [PURPOSE, listed])
        back = [pk for (pk,) in cursor.fetchall()]
    for contact in Contact.objects.filter(pk__in=back):
        erase(contact=contact, by=None, at=at)
    return len(back)


def _write(made: Erasure) -> None:
    if made.digest in _outside():
        return
    path = outside()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps({"digest": made.digest, "at": made.at.isoformat()}) + "\n")


def _outside() -> set[str]:
    path = outside()
    return {json.loads(line)["digest"] for line in path.read_text().splitlines() if line} if path.exists() else set()


def _mails_on_disk(words: tuple[str, ...]) -> int:
    """Where mail is written to files instead of sent, those to the person go as well."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or "/nowhere")
    addresses = [word.encode() for word in words if "@" in word]
    named = [one for one in folder.glob("*.log") if any(word in one.read_bytes() for word in addresses)]
    for one in named:
        one.unlink(missing_ok=True)
    return len(named)
