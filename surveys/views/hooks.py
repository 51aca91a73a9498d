"""Web hooks that tell what became of mail: bounces and complaints stop it at once. None is open without a signature."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from anymail import urls as anymail_urls
from anymail.signals import AnymailTrackingEvent, EventType, tracking
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import clock
from surveys.domain import returning

FRESH = timedelta(minutes=10)
SIGN_BY_THEMSELVES = {"mailgun", "mandrill", "resend"}  # the others are held by WEBHOOK_SECRET
MEANS = {EventType.BOUNCED: "bounced", EventType.REJECTED: "bounced", EventType.COMPLAINED: "complained",
         EventType.UNSUBSCRIBED: "unsubscribed"}  # fmt: skip


@login_not_required
@csrf_exempt
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """What your own mail server tells: ``{"event": "bounced", "message_id": …, "recipient": …}``, or a list of them.

    Signed in ``X-Holdfast-Signature: t=UNIX,v1=HEX``, HMAC-SHA256 of ``t.body`` with MAIL_HOOK_SECRET.
    """
    if not _is_ours(request.headers.get("X-Holdfast-Signature", ""), request.body):
        return HttpResponseForbidden()
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


def _is_ours(header: str, body: bytes) -> bool:
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not settings.MAIL_HOOK_SECRET or not stamp.isdecimal() or len(stamp) > 12:
        return False
    age = abs(clock.now() - datetime.fromtimestamp(int(stamp), UTC))
    wanted = hmac.new(settings.MAIL_HOOK_SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return age < FRESH and hmac.compare_digest(wanted, given)


def _guarded(provider: str, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A provider's hook, open only where that provider is used and its calls are signed."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        signed = provider in SIGN_BY_THEMSELVES or settings.ANYMAIL.get("WEBHOOK_SECRET")
        if provider != settings.MAIL_PROVIDER or not signed:
            return HttpResponseForbidden()
        return view(request, *args, **kwargs)

    return login_not_required(csrf_exempt(guarded))


def provider_hooks() -> list[URLPattern]:
    """``/hooks/mail/PROVIDER/tracking/`` and the like, as anymail calls them."""
    patterns = [one for one in anymail_urls.urlpatterns if "inbound" not in str(one.pattern)]
    return [
        path(f"hooks/mail/{one.pattern}", _guarded(str(one.pattern).partition("/")[0], one.callback))
        for one in patterns
    ]
