"""``ETag`` and ``If-Match``: whoever changes a row may say which state of it they have seen."""

from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.problems import Refused


def etag(shown: Mapping[str, Any]) -> str:
    """Of a row as it is shown: whatever changes in it changes this."""
    return f'"{sha256(JSONRenderer().render(shown)).hexdigest()[:32]}"'


def tagged(request: Request, shown: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """The row with its ETag; nothing but that, where the one who asks has it already."""
    tag = etag(shown)
    if request.method in ("GET", "HEAD") and _meets(request.headers.get("If-None-Match", ""), tag):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return Response(shown, status=status, headers={"ETag": tag})


def takes_match(method: Any) -> Any:
    """Marks a method that heeds ``If-Match``, for the schema to say so."""
    method.takes_match = True
    return method


def check_match(request: Request, shown: Mapping[str, Any]) -> None:
    """Refuse a write with 412 that was meant for another state of the row. To be called with the row locked."""
    given = request.headers.get("If-Match", "")
    if given and not _meets(given, etag(shown)):
        raise Refused(
            HTTPStatus.PRECONDITION_FAILED,
            "stale",
            _("Somebody changed this since it was read. Read it again, then write."),
        )


def _meets(given: str, tag: str) -> bool:
    return bool(given) and (given.strip() == "*" or tag in [one.removeprefix("W/") for one in parse_etags(given)])
