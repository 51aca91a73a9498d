"""Mail that comes in by web hook: from a provider that anymail knows, or from your own mail server, signed."""

from typing import Any

from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent, inbound
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from core import clock
from core.signed import signed
from customers.domain import mailbox


@signed
def incoming(request: HttpRequest) -> HttpResponse:
    """A mail as it is, headers and all (``message/rfc822``). The address it was handed over for is in ``?to=``."""
    message = AnymailInboundMessage.parse_raw_mime_bytes(request.body)
    filed = mailbox.file(mail=mailbox.read(message, envelope=request.GET.getlist("to")), at=clock.now())
    return HttpResponse(status=204 if filed else 404)


@receiver(inbound, dispatch_uid="customers.hooks")
def told_by_provider(sender: Any, event: AnymailInboundEvent, **_: Any) -> None:
    message = event.message
    envelope = [message.envelope_recipient] if message.envelope_recipient else []
    mailbox.file(mail=mailbox.read(message, envelope=envelope), at=clock.now())
