"""Web hooks that come in: none is open without a signature."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from anymail import urls as anymail_urls
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import clock

FRESH = timedelta(minutes=10)
SIGN_BY_THEMSELVES = {"mailgun", "mandrill", "resend"}  # the others are held by WEBHOOK_SECRET
View = Callable[..., HttpResponse]


def signed(view: View) -> View:
    """A hook of your own mail server: signed in ``X-Holdfast-Signature: t=UNIX,v1=HEX``.

    HEX is the HMAC-SHA256 of ``t.body`` with MAIL_HOOK_SECRET, made in the last ten minutes.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_ours(request.headers.get("X-Holdfast-Signature", ""), request.body):
            return HttpResponseForbidden()
        return view(request, *args, **kwargs)

    return login_not_required(csrf_exempt(require_POST(guarded)))


def _is_ours(header: str, body: bytes) -> bool:
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not settings.MAIL_HOOK_SECRET or not stamp.isdecimal() or len(stamp) > 12:
        return False
    age = abs(clock.now() - datetime.fromtimestamp(int(stamp), UTC))
    wanted = hmac.new(settings.MAIL_HOOK_SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return age < FRESH and hmac.compare_digest(wanted, given)


def _of_provider(provider: str, view: View) -> View:
    """A provider's hook, open only where that provider is used and its calls are signed."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        signs = provider in SIGN_BY_THEMSELVES or settings.ANYMAIL.get("WEBHOOK_SECRET")
        if provider != settings.MAIL_PROVIDER or not signs:
            return HttpResponseForbidden()
        return view(request, *args, **kwargs)

    return login_not_required(csrf_exempt(guarded))


def provider_hooks(*, inbound: bool) -> list[URLPattern]:
    """``/hooks/mail/PROVIDER/tracking/`` and the like, or ``…/inbound/``, as anymail calls them."""
    patterns = [one for one in anymail_urls.urlpatterns if ("inbound" in str(one.pattern)) is inbound]
    return [_hook(one) for one in patterns]


def _hook(one: URLPattern) -> URLPattern:
    route = str(one.pattern).removeprefix("^")
    view = _of_provider(route.partition("/")[0], one.callback)
    return re_path(f"^hooks/mail/{route}", view) if route != str(one.pattern) else path(f"hooks/mail/{route}", view)
