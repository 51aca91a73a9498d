from collections.abc import Mapping
from typing import Any

from accounts.domain.audit import erasing
from core.privacy import OURS, PERSONAL, PLAIN, Privacy, Subject

FIELDS: dict[str, Privacy] = {
    "AuditEntry.actor": PLAIN,  # a number
    "AuditEntry.after": PERSONAL,  # blanked by an erasure
    "AuditEntry.before": PERSONAL,  # blanked by an erasure
    "AuditEntry.noun": PLAIN,
    "AuditEntry.object": PLAIN,  # a number
    "AuditEntry.request": PLAIN,
    "AuditHead.link": PLAIN,
    "AuditLink.digest": PLAIN,  # salted; the salt goes with the values
    "AuditLink.link": PLAIN,
    "AuditSeal.link": PLAIN,
    "AuditSeal.signature": PLAIN,
    "Guesses.name": PLAIN,  # a digest, of a key of ours
    "KeptAnswer.asked": PLAIN,
    "KeptAnswer.body": PERSONAL,  # deleted after a day
    "KeptAnswer.headers": PLAIN,
    "KeptAnswer.name": PLAIN,
    "Key.digest": PLAIN,
    "Key.name": PLAIN,
    "Key.shown": PLAIN,
    "Notice.address": PLAIN,
    "Notice.key": PLAIN,
    "Notice.kind": PLAIN,
    "Notice.values": OURS,  # names of customers and of our own people, never of contacts
    "NoticeChoice.kind": PLAIN,
    "Team.name": PLAIN,
    "User.columns": PLAIN,
    "User.email": OURS,
    "User.language": PLAIN,
    "User.name": OURS,
    "User.password": OURS,
    "User.time_zone": PLAIN,
}


def held(subject: Subject) -> dict[str, list[Mapping[str, Any]]]:
    return {"audit log": erasing.held(subject)}


def erase(subject: Subject) -> dict[str, int]:
    return erasing.erase(subject)
