import re
import time
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from core.hidden import is_money_hidden, money_hidden

Answer = Callable[[HttpRequest], HttpResponse]
SEEN, HOUR = "seen", 3600
ABOUT_MONEY = re.compile(
    r"/(money|reports|settings/money|health/book|customers/subscriptions|customers/[0-9a-f-]{36}/money"
    r"|surveys/[0-9a-f-]{36}/rows/money|home/(mrr|at_risk|moved|month[a-z-]*))/"
)
OURS = ("notices", "preferences", "people")  # under the same address, and no part of signing in
OPEN = ("/accounts/", "/static/", "/livez", "/readyz", "/appearance/")


class SessionAge:
    """Ends a session so long after its sign-in, however busy it is, and so long after its last use. That it was used is
    written down once an hour.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = _began(request) if request.user.is_authenticated else None
        if began is not None and _is_over(request, began, time.time()):
            logout(request)
            if not request.path.startswith(OPEN):
                return redirect(resolve_url(settings.LOGIN_URL))
        return self.get_response(request)


def _is_over(request: HttpRequest, began: float, now: float) -> bool:
    seen = float(request.session.get(SEEN, began))
    if now - seen > HOUR:
        request.session[SEEN] = now
    return now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE


class SecondFactor:
    """Leads whoever needs a second factor and has none to where it is set up, before anything else opens."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if not getattr(user, "lacks_factor", False) or _is_open(request.path) or _by_provider(request):
            return self.get_response(request)
        there = f"{reverse('mfa_index')}?needed=1"
        return HttpResponseClientRedirect(there) if request.headers.get("HX-Request") else redirect(there)


class Money:
    """Keeps every amount from whom the rule of their role keeps it: pages about nothing else don't open, others leave
    it out (``core.hidden``).
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or getattr(request.user, "sees_money", True):
            return self.get_response(request)
        with money_hidden():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        if is_money_hidden() and ABOUT_MONEY.match(request.path):
            raise PermissionDenied(_("Amounts are hidden from your role. An administrator decides that."))


def _is_open(path: str) -> bool:
    return path.startswith(OPEN) and not path.startswith(tuple(f"/accounts/{one}/" for one in OURS))


def _began(request: HttpRequest) -> float | None:
    records = get_authentication_records(request, request.user)
    return float(records[0]["at"]) if records else None


def _by_provider(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(one.get("method") == "socialaccount" for one in records)
