"""Errors as RFC 9457 has them: what went wrong and, of what was sent, which field breaks which rule."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DomainError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from core.errors import Stale

log = logging.getLogger(__name__)

MEDIA = "application/problem+json"
TYPES = "/api/v1/docs/#"  # where a kind of problem is explained
WHOLE = "non_field_errors"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One rule that what was sent breaks. ``pointer`` leads to it in the body; None: it is no part of the body."""

    field: str
    rule: str
    message: str
    pointer: str | None = None


class Refused(exceptions.APIException):
    """A request that is answered with a problem: ``rule`` names it, ``flaws`` say what is wrong with what was sent."""

    def __init__(self, status: HTTPStatus, rule: str, detail: str, flaws: Sequence[Flaw] = ()) -> None:
        super().__init__(detail, rule)
        self.status_code = int(status)
        self.rule = rule
        self.flaws = flaws


class BadQuery(Refused):
    """Parameters of the address that don't hold, or that there are none of."""

    def __init__(self, detail: Any) -> None:
        flaws = [Flaw(one.field, one.rule, one.message) for one in flaws_in(detail)]
        super().__init__(HTTPStatus.BAD_REQUEST, "invalid", _("The parameters can't be read."), flaws)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to any error of a view of the API. What nobody foresaw is logged, and is a 500."""
    known = _known(error)
    if known is None:
        log.exception("The API failed", exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "error", _("That did not work, and nothing was changed."))
    response = problem(known.status_code, known.rule, f"{known.detail}", known.flaws)
    for name, value in _headers(error).items():
        response[name] = value
    return response


def problem(status: int, rule: str, detail: str, flaws: Iterable[Flaw] = ()) -> Response:
    return Response(told(status, rule, detail, flaws), status=status, content_type=MEDIA)


def told(status: int, rule: str, detail: str, flaws: Iterable[Flaw] = ()) -> dict[str, Any]:
    """A problem as plain values."""
    body = {"type": TYPES + rule, "title": HTTPStatus(status).phrase, "status": int(status), "detail": detail}
    return body | ({"errors": [asdict(one) for one in flaws]} if flaws else {})


def _known(error: Exception) -> Refused | None:
    if isinstance(error, Refused):
        return error
    return next((read(error) for kind, read in KNOWN.items() if isinstance(error, kind)), None)


def _invalid(flaws: Iterable[Flaw]) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, "invalid", _("What was sent breaks a rule."), list(flaws))


def conflict(flaws: Sequence[Flaw]) -> Refused:
    return Refused(HTTPStatus.CONFLICT, "conflict", _("What was sent does not fit what there is."), flaws)


def unfit(field: str, rule: str, message: str) -> Refused:
    """The same, for one field of the body."""
    return conflict([Flaw(field, rule, message, pointer([field]))])


def _headers(error: Exception) -> dict[str, str]:
    headers = {}
    if scheme := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = scheme
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = f"{max(1, round(wait))}"
    return headers


def flaws_in(detail: Any, path: tuple[str, ...] = ()) -> Iterator[Flaw]:
    """What a serializer found, field by field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from flaws_in(inner, path if name == WHOLE else (*path, f"{name}"))
    elif isinstance(detail, list):
        nested = any(isinstance(one, Mapping | list) for one in detail)
        for place, inner in enumerate(detail):
            yield from flaws_in(inner, (*path, f"{place}") if nested else path)
    else:
        yield Flaw(".".join(path), getattr(detail, "code", "invalid"), f"{detail}", pointer(path))


def _flaws_of(error: DomainError) -> Iterator[Flaw]:
    if not hasattr(error, "error_dict"):
        yield from (Flaw("", "invalid", words, "#") for words in error.messages)
        return
    for name, errors in error.error_dict.items():
        path = () if name == "__all__" else (name,)
        for one in errors:
            yield Flaw(".".join(path), one.code or "invalid", " ".join(one.messages), pointer(path))


def pointer(path: Iterable[object]) -> str:
    """A JSON pointer as the fragment of an address (RFC 6901)."""
    return "#" + "".join("/" + f"{one}".replace("~", "~0").replace("/", "~1") for one in path)


def _not_found(_error: Any) -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, "not_found", _("There is nothing here that this key may see."))


# Looked through in this order. What a domain refuses is well-formed, but at odds with what there is: a conflict.
KNOWN: dict[type[Exception], Callable[[Any], Refused]] = {
    exceptions.ValidationError: lambda error: _invalid(flaws_in(error.detail)),
    DomainError: lambda error: conflict(list(_flaws_of(error))),
    Stale: lambda error: Refused(HTTPStatus.CONFLICT, "stale", f"{error}"),
    Http404: _not_found,
    exceptions.NotFound: _not_found,
    PermissionDenied: lambda error: Refused(
        HTTPStatus.FORBIDDEN, "forbidden", f"{error}" or _("This key may not do that.")
    ),
    exceptions.APIException: lambda error: Refused(
        HTTPStatus(error.status_code), error.default_code, f"{error.detail}"
    ),
}
