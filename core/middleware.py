import re
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from core import actor, clock
from core.ids import uuid7
from core.remembering import remembering

GIVEN = re.compile(r"[\w.:-]{8,80}", re.ASCII)
Answer = Callable[[HttpRequest], HttpResponse]


class HtmxManners:
    """What every answer to HTMX owes: that caches keep fragments and pages apart, and that whoever was signed out
    meanwhile sees the sign-in page instead of a sign-in form inside a fragment. Stands after django-htmx's own."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        htmx = getattr(request, "htmx", None)
        if htmx and response.status_code == 302 and response["Location"].startswith(sign_in):
            back = urlencode({"next": htmx.current_url_abs_path or "/"})
            response = HttpResponseClientRedirect(f"{sign_in}?{back}")
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response


class Headers:
    """What a browser is told beside what Django and the content policy tell it: whose pages may hold ours, what our
    pages may use of the machine, and that nobody keeps what was shown to one person.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Permissions-Policy", POLICY)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
        return response


NOT_USED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb", "browsing-topics")
POLICY = ", ".join(f"{one}=()" for one in NOT_USED)


class Requests:
    """Gives each request an id, which stands in its answer, in each line of the log and in the audit log. A proxy of
    ours may have given it one."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if settings.BEHIND_PROXY else ""
        name = given if GIVEN.fullmatch(given) else str(uuid7())
        with actor.acting("", request=name):
            response = self.get_response(request)
        response["X-Request-ID"] = name
        return response


class Acts:
    """Says who acts: whoever is signed in when something is written. Stands after the one that knows it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor.identify(lambda: f"user:{request.user.pk}" if request.user.is_authenticated else "")
        return self.get_response(request)


class NoNul:
    """Refuses an address with a NUL in it: no text of ours holds one, and the database can't either."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            raise SuspiciousOperation("An address holds a NUL.")
        return self.get_response(request)


class Reads:
    """A request that only reads asks for the same thing once: see `core.remembering`."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with remembering():
            return self.get_response(request)


class CompanyTime:
    """Shows instants in the company's zone, which decides every day: read with the user, or once for each request.

    Where nobody is signed in nothing is dated, and the zone is not read: the health checks answer without a database.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with clock.company_time(getattr(request.user, "company_zone", None)):
            return self.get_response(request)
