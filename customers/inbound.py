"""The SMTP server that takes in mail for this installation's own addresses, and for no other."""

import logging
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from anymail.inbound import AnymailInboundMessage
from asgiref.sync import sync_to_async
from django.db import close_old_connections

from core import clock
from customers.domain import mailbox

log = logging.getLogger(__name__)
LARGEST = 25 * 2**20


class Doors:
    """Answers RCPT and DATA. A mail is taken once it is filed: what fails is told, and the sender tries again."""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if mailbox.door_of(address) is None:
            return "550 5.1.1 No such address here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        return await sync_to_async(_take, thread_sensitive=False)(content, list(envelope.rcpt_tos))


def _take(content: bytes, envelope: list[str]) -> str:
    close_old_connections()
    try:
        message = AnymailInboundMessage.parse_raw_mime_bytes(content)
        mailbox.file(mail=mailbox.read(message, envelope=envelope), at=clock.now())
    except Exception:
        log.exception("A mail could not be filed")
        return "451 4.3.0 Try again later"
    finally:
        close_old_connections()
    return "250 2.0.0 Filed"


def controller(*, host: str, port: int) -> Controller:
    """The server, not started yet."""
    return Controller(Doors(), hostname=host, port=port, data_size_limit=LARGEST, ident="Holdfast")
