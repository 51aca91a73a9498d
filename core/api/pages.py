"""The schema as plain parts for a page: what there is to ask, with what, and what comes back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

ASKED = ("get", "post", "patch", "put", "delete")


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter or a field."""

    name: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    words: str
    parameters: list[Line]
    sent: list[Line]
    answered: list[Line]


@dataclass(frozen=True, slots=True)
class Noun:
    name: str
    operations: list[Operation]


def nouns(document: Mapping[str, Any]) -> list[Noun]:
    """The operations of a schema by their noun, in its order."""
    schemas = document["components"]["schemas"]
    found = [
        (operation["tags"][0], _operation(path, method, operation, schemas))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ASKED
    ]
    return [Noun(name, [one for _name, one in group]) for name, group in groupby(found, key=lambda one: one[0])]


def _operation(path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Operation:
    good: Mapping[str, Any] = next(
        (one for status, one in operation["responses"].items() if status.startswith("2")), {}
    )
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        words=operation.get("description", "").partition("\n")[0],
        parameters=[_parameter(one) for one in operation.get("parameters", [])],
        sent=list(_fields(_body(operation.get("requestBody", {})), schemas)),
        answered=list(_fields(_body(good), schemas)),
    )


def _parameter(one: Mapping[str, Any]) -> Line:
    return Line(one["name"], _kind(one["schema"]), one.get("required", False), one.get("description", ""))


def _body(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    contents = list(holder.get("content", {}).values())
    return contents[0]["schema"] if contents else {}


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[Line]:
    """The fields of an object; of a list or a page of them, those of one."""
    schema = _meant(schema, schemas)
    if schema.get("type") == "array":
        yield from _fields(schema["items"], schemas)
        return
    fields = schema.get("properties", {})
    inner = _meant(fields.get("results", {}), schemas)
    if inner.get("type") == "array":
        yield from _fields(inner["items"], schemas)
        return
    for name, one in fields.items():
        meant = _meant(one, schemas)
        yield Line(name, _kind(meant), name in schema.get("required", []), meant.get("description", ""))


def _meant(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference, alone or among others, points to."""
    named = schema.get("$ref") or next((one["$ref"] for one in schema.get("allOf", []) if "$ref" in one), None)
    return schemas[named.rpartition("/")[2]] if named else schema


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        values = [one for one in schema["enum"] if one]
        return " | ".join(map(str, values)) if len(values) < 12 else f"one of {len(values)}"
    kinds = schema.get("type") or [one.get("type", "") for one in schema.get("oneOf", [])]
    shown = kinds if isinstance(kinds, str) else " or ".join(one for one in kinds if isinstance(one, str))
    return " ".join(filter(None, [schema.get("format"), shown])) or "any"
