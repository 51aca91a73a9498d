import json
import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.caller import key_of
from accounts.domain import answers
from accounts.models import KeptAnswer, Key
from core import clock
from core.api.problems import Flaw, Refused
from core.errors import Stale

Method = Callable[..., Response]
HEADER = "Idempotency-Key"
KEPT = ("ETag", "Location")
LONGEST = 200
NAME = re.compile(f"[!-~]{{1,{LONGEST}}}")  # as the schema says


def once(method: Method) -> Method:
    """A method that makes something: with an Idempotency-Key, the same request again is answered as it was then."""

    @wraps(method)
    def answered(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        name = request.headers.get(HEADER)
        if name is None:
            return method(view, request, *args, **kwargs)
        if not NAME.fullmatch(name):
            raise Refused(HTTPStatus.BAD_REQUEST, "invalid", _("This is no name for a request."), [_wrong()])
        with transaction.atomic():
            kept = _taken(request, name)
            if kept.status:
                headers = kept.headers | {"Idempotent-Replayed": "true"}
                return Response(json.loads(kept.body), status=kept.status, headers=headers)
            response = method(view, request, *args, **kwargs)
            body = JSONRenderer().render(response.data).decode()
            headers = {name: response[name] for name in KEPT if name in response}
            answers.keep(answer=kept, status=response.status_code, headers=headers, body=body)
            return response

    answered.takes_once = True  # type: ignore[attr-defined]
    return answered


def _taken(request: Request, name: str) -> KeptAnswer:
    try:
        return answers.take(key=_key(request), name=name, asked=_digest(request), at=clock.now())
    except Stale as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "reused", f"{error}") from error


def _key(request: Request) -> Key:
    key = key_of(request)
    assert key is not None, "only who has a key gets here"
    return key


def _wrong() -> Flaw:
    return Flaw(HEADER, "max_length", _("Take up to %(longest)s plain characters.") % {"longest": LONGEST})


def _digest(request: Request) -> str:
    asked = json.dumps([request.method, request.path, request.query_params.dict(), request.data], sort_keys=True)
    return sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
