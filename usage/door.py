"""The door of the intake: Segment's HTTP protocol, and PostHog's batch.

It stands before all other middleware, since a program that sends thousands of events a second has no session, no
language and no form. A request is understood, written by one statement, and answered; 2xx means committed.
"""

import base64
import logging
import math
import threading
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from psycopg_pool import PoolTimeout

from accounts.domain import keys
from accounts.models import Key
from core import clock
from usage.domain.intake import writing
from usage.domain.intake.reading import Envelope, Refused, read
from usage.domain.intake.unpacking import Sent, Unreadable, limit, unpack
from usage.models import IntakeSettings

log = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]
DOORS = {
    **{f"/v1/{kind}": kind for kind in ("track", "identify", "group", "page", "screen", "alias", "batch", "import")},
    "/batch": "posthog",
}
REMEMBERED = 10.0  # seconds that a key and the settings are not asked for again
HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Basic"},
    HTTPStatus.METHOD_NOT_ALLOWED: {"Allow": "POST"},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "1"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}


class Door:
    """Answers what is for the intake; all else goes on to the pages."""

    def __init__(self, get_response: Answer) -> None:
        self._pages = get_response
        # The other threads of the process are left to the pages, however much comes in.
        self._places = threading.BoundedSemaphore(settings.INTAKE_AT_ONCE)
        self._known: dict[str, tuple[float, int]] = {}
        self._settings: tuple[float, IntakeSettings] | None = None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = DOORS.get(request.path_info.rstrip("/"))
        if path is None:
            return self._pages(request)
        try:
            return self._let_in(request, path)
        except Unreadable as wrong:
            return _no(wrong.status, wrong.code, wrong.message)
        except RecursionError:
            return _no(HTTPStatus.BAD_REQUEST, "json", "The body is nested too deeply.")
        except (Error, PoolTimeout):
            log.exception("Events could not be written; their sender is asked to try again")
            return _no(HTTPStatus.SERVICE_UNAVAILABLE, "later", "The events could not be written.")

    def _let_in(self, request: HttpRequest, path: str) -> HttpResponse:
        if request.method != "POST":
            raise Unreadable(HTTPStatus.METHOD_NOT_ALLOWED, "method", "Events are sent by POST.")
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            raise Unreadable(HTTPStatus.FORBIDDEN, "https", "Keys are sent by https only.")
        body = _body(request, path)
        if not self._places.acquire(blocking=False):
            raise Unreadable(HTTPStatus.TOO_MANY_REQUESTS, "later", "There is more to do than can be done now.")
        try:
            return self._take(request, body, path)
        finally:
            self._places.release()

    def _take(self, request: HttpRequest, body: bytes, path: str) -> HttpResponse:
        received_at = clock.now()
        sent = unpack(body, encoding=request.headers.get("Content-Encoding", "").lower(), path=path)
        source = self._source(_secret(request) or sent.key)
        if source is None:
            raise Unreadable(HTTPStatus.UNAUTHORIZED, "key", "The write key opens nothing.")
        envelope = Envelope(received_at, sent.sent_at, path, self._current().company_traits)
        return _written(sent, envelope, source)

    def _source(self, secret: str) -> int | None:
        """The source that a key sends for. A key that is revoked opens the door for some seconds more."""
        since, source = self._known.get(secret, (-math.inf, 0))
        if time.monotonic() - since < REMEMBERED:
            return source
        key = keys.find(secret, Key.Scope.INTAKE) if secret else None
        if key is None or key.source_id is None:
            self._known.pop(secret, None)
            return None
        self._known[secret] = (time.monotonic(), key.source_id)
        return key.source_id

    def _current(self) -> IntakeSettings:
        if self._settings is None or time.monotonic() - self._settings[0] > REMEMBERED:
            self._settings = (time.monotonic(), IntakeSettings.current())
        return self._settings[1]


def _written(sent: Sent, envelope: Envelope, source: int) -> HttpResponse:
    rows = [read(message, envelope) for message in sent.messages]
    writing.write(rows, source=source, received_at=envelope.received_at, path=envelope.path, sent_at=envelope.sent_at)
    rejected = [row.reason for row in rows if isinstance(row, Refused)]
    return JsonResponse({"success": True, "status": 1, "rejected": len(rejected), "reasons": sorted(set(rejected))})


def _body(request: HttpRequest, path: str) -> bytes:
    length = request.headers.get("Content-Length", "")
    if not length.isdigit():
        raise Unreadable(HTTPStatus.LENGTH_REQUIRED, "length", "Say how long the body is.")
    if int(length) > limit(path):
        raise Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", f"A request may be {limit(path)} bytes.")
    try:
        # Not request.body: that has a limit of its own, for forms.
        return request.read()
    except UnreadablePostError as error:
        raise Unreadable(HTTPStatus.BAD_REQUEST, "cut", "The body ended before its end.") from error


def _secret(request: HttpRequest) -> str:
    """The write key: the user's name of Basic auth, or a bearer's token."""
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return given.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given, validate=False).decode("utf-8", "replace").partition(":")[0]
    except ValueError:  # no base64, or not even ASCII
        return ""


def _no(status: int, code: str, message: str) -> HttpResponse:
    """Why nothing was kept. The clients read ``code`` and ``message``, and ``Retry-After`` where it is our trouble."""
    answer = JsonResponse({"success": False, "code": code, "message": message}, status=status)
    for name, value in HEADERS.get(HTTPStatus(status), {}).items():
        answer[name] = value
    return answer
