"""What the API says of itself: OpenAPI 3.1, from the views and their serializers."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from core.api.problems import MEDIA

ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
)
OF_WRITES = (
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
TEXT = {"type": "string"}
NO_NUL = r"^[^\x00]*$"
# Python takes four control characters and NEL for blanks, too; other readers of a pattern don't.
SOMETHING = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"
SAID = {"enum", "format", "pattern", "const"}
FLAW = {
    "type": "object",
    "description": "One rule that what was sent breaks.",
    "required": ["field", "rule", "message", "pointer"],
    "properties": {
        "field": {**TEXT, "description": "The field or parameter; empty for the whole."},
        "rule": {**TEXT, "description": "The rule that is broken, as a short word."},
        "message": {**TEXT, "description": "The same in a sentence."},
        "pointer": {"type": ["string", "null"], "description": "Where in the body it stands, like `#/rows/3/name`."},
    },
}
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {**TEXT, "format": "uri-reference", "description": "The kind of problem."},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Flaw"}},
    },
}
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="Write only to the state with this ETag."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="A name for this request: sent again within a day, it is answered as it was.",
)


class Schema(AutoSchema):
    """As drf-spectacular has it, with the parameters that our views declare."""

    def get_override_parameters(self) -> list[Any]:
        found: list[Any] = []
        if self._reads_many() and (asks := getattr(self.view, "asks", None)):
            found.append(asks)
        action = getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)
        if getattr(action, "takes_once", False):
            found.append(IDEMPOTENCY_KEY)
        if getattr(action, "takes_match", False):
            found.append(IF_MATCH)
        return found

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _reads_many(self) -> bool:
        return self.method == "GET" and getattr(self.view, "action", "list") in ("list", None)


def exact(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Says of what is asked what Django checks without a word: no NUL in a text, no blanks alone, a body where one
    has to be."""
    schemas = result.get("components", {}).get("schemas", {})
    for _method, operation in _operations(result):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query":
                _say_text(parameter["schema"])
        body = operation.get("requestBody", {})
        for content in body.get("content", {}).values():
            asked = schemas.get(content["schema"].get("$ref", "").rpartition("/")[2], content["schema"])
            body |= {"required": True} if asked.get("required") else {}
            for field in asked.get("properties", {}).values():
                _say_text(field)
    return result


def _say_text(schema: dict[str, Any]) -> None:
    if schema.get("type") in ("string", ["string", "null"]) and SAID.isdisjoint(schema):
        schema["pattern"] = SOMETHING if schema.get("minLength") else NO_NUL


def with_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Adds to every operation how it is refused."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {"Flaw": FLAW, "Problem": PROBLEM}
    for method, operation in _operations(result):
        for status in (*ALWAYS, *(OF_WRITES if method != "get" else ())):
            operation["responses"].setdefault(f"{status.value}", _refusal(status))
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in result["paths"].values():
        for method, operation in path.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield method, operation


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": status.phrase, "content": content}
