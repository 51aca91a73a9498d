"""The addresses that lead in. Nobody guesses one: each carries a signature made with the installation's key."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from core import secrets

LONG = 12


@dataclass(frozen=True, slots=True)
class Door:
    """Where a mail came in: as a copy, or as an answer to the mail ``uid`` of a ``kind``."""

    kind: str = ""
    uid: UUID | None = None

    @property
    def is_reply(self) -> bool:
        return self.uid is not None


def copy_address() -> str:
    """The address to put into BCC; empty where the installation takes in no mail."""
    return f"log.{_signature('log')}@{settings.INBOUND_DOMAIN}" if settings.INBOUND_DOMAIN else ""


def reply_address(kind: str, uid: UUID) -> str:
    """Where answers to this mail go; empty where the installation takes in no mail."""
    name = f"{kind}.{uid.hex}"
    return f"re.{name}.{_signature(name)}@{settings.INBOUND_DOMAIN}" if settings.INBOUND_DOMAIN else ""


def door_of(address: str) -> Door | None:
    """The door that an address leads to; None for one that isn't ours or isn't signed."""
    local, _at, domain = address.strip().lower().rpartition("@")
    if not settings.INBOUND_DOMAIN or domain != settings.INBOUND_DOMAIN.lower():
        return None
    what, _dot, rest = local.partition(".")
    name, _dot, given = rest.rpartition(".")
    if what == "log" and not name:
        return Door() if _is_signed("log", given) else None
    kind, _dot, uid = name.partition(".")
    if what != "re" or not _is_signed(name, given):
        return None
    return Door(kind, UUID(uid))  # signed, so it is one of ours


def _signature(name: str, secret_key: str = "") -> str:
    key = f"mailbox:{secret_key or settings.SECRET_KEY}".encode()
    return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:LONG]


def _is_signed(name: str, given: str) -> bool:
    made = (_signature(name, key) for key in secrets.signing_keys())
    return any(hmac.compare_digest(one.encode(), given.encode()) for one in made)
