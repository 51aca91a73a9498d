"""What a mail says, and to whom."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from anymail.inbound import AnymailInboundMessage
from django.utils.html import strip_tags

LONGEST = 20_000
QUOTED = re.compile(
    r"^(>|On .{5,200} wrote:$|Am .{5,200} schrieb.*:$|Le .{5,200} a écrit ?:$|-{3,} ?Original Message ?-{3,}"
    r"|_{10,}$|From: .+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that came in: addresses in lower case, its own words without those it quotes.

    ``at`` is when it says it was written, None where it doesn't. ``automatic``: no person wrote it.
    """

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    words: str
    at: datetime | None
    automatic: bool


def read(message: AnymailInboundMessage, *, envelope: Iterable[str] = ()) -> Incoming:
    """Read a mail; ``envelope`` are the addresses it was handed over for, which a blind copy doesn't name."""
    named = [one.addr_spec for one in [*message.to, *message.cc, *message.bcc] if one.addr_spec]
    known = dict.fromkeys(address.strip().lower() for address in [*envelope, *named] if address)
    sender = message.from_email.addr_spec if message.from_email else ""
    return Incoming(
        message_id=str(message.get("Message-ID", "")).strip(),
        sender=(sender or "").strip().lower(),
        recipients=tuple(known),
        subject=" ".join(str(message.subject or "").split())[:400],
        words=own_words(message.text or strip_tags(message.html or "")),
        at=_written(str(message.get("Date", ""))),
        automatic=_is_automatic(message),
    )


def own_words(text: str) -> str:
    """The text without what it quotes at its end, nor NULs, which no database takes."""
    lines = text.replace("\0", "").replace("\r\n", "\n").split("\n")
    end = next((n for n, one in enumerate(lines) if n and QUOTED.match(one.strip())), len(lines))
    return "\n".join(lines[:end]).strip()[:LONGEST]


def _written(date: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
    return at if at.tzinfo else None


def _is_automatic(message: AnymailInboundMessage) -> bool:
    """Out of office, bounces, lists: by the headers of RFC 3834 and the older ones."""
    submitted = str(message.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return (
        submitted.partition(";")[0].strip() != "no"
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "List-Id"))
        or message.get_content_type() == "multipart/report"
    )
