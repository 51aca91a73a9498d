"""Web hooks that tell what became of mail: bounces and complaints stop it at once. None is open without a signature."""

import json
from typing import Any
from uuid import UUID

from anymail.signals import AnymailTrackingEvent, EventType, tracking
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

from core import clock
from core.signed import signed
from surveys.domain import returning

MEANS = {EventType.BOUNCED: "bounced", EventType.REJECTED: "bounced", EventType.COMPLAINED: "complained",
         EventType.UNSUBSCRIBED: "unsubscribed"}  # fmt: skip


@signed
def events(request: HttpRequest) -> HttpResponse:
    """What your own mail server tells: ``{"event": "bounced", "message_id": …, "recipient": …}``, or a list of them."""
    try:
        told = json.loads(request.body)
        batch = [_read(one) for one in (told if isinstance(told, list) else [told])]
    except (ValueError, TypeError, KeyError, AttributeError):
        return HttpResponseBadRequest()
    for event, mail, address in batch:
        returning.came_back(what=event, mail=mail, address=address, at=clock.now())
    return HttpResponse(status=204)


@receiver(tracking, dispatch_uid="surveys.hooks")
def told_by_provider(sender: Any, event: AnymailTrackingEvent, **_: Any) -> None:
    if what := MEANS.get(event.event_type):
        named = (event.metadata or {}).get("mail") or event.message_id or ""
        returning.came_back(what=what, mail=_uid(named), address=event.recipient or "", at=clock.now())


def _read(one: dict[str, str]) -> tuple[str, UUID | None, str]:
    event = one["event"]
    if event not in returning.REASONS:
        raise ValueError(event)
    return event, _uid(one.get("message_id", "")), str(one.get("recipient", ""))


def _uid(message_id: str) -> UUID | None:
    try:
        return UUID(message_id.strip("<> ").partition("@")[0])
    except ValueError:
        return None
