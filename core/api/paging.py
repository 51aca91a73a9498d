"""A page at a time, by the key of the last row: the thousandth page costs what the first does."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as DomainError
from django.db.models import Field, Model, Q
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.api.problems import BadQuery, Flaw, Refused

LIMIT, MOST = 100, 1000
CURSOR = "^[A-Za-z0-9_=-]{1,500}$"


class PageQuery(serializers.Serializer[Any]):
    limit = serializers.IntegerField(required=False, min_value=1)
    cursor = serializers.RegexField(CURSOR, required=False, trim_whitespace=False)

    def validate_limit(self, limit: int) -> int:
        if limit > self.context["most"]:
            raise serializers.ValidationError(_("A page holds %(most)s rows at most.") % self.context, "max_value")
        return limit


class Pages(BasePagination):
    """Rows in the order of the view's ``key``, all of whose fields go up."""

    limit: ClassVar[int] = LIMIT
    most: ClassVar[int] = MOST
    following: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        asked = PageQuery(data=request.query_params.dict(), context={"most": self.most})
        if not asked.is_valid():
            raise BadQuery(asked.errors)
        key = getattr(view, "key", ("pk",))
        limit = asked.validated_data.get("limit", self.limit)
        if cursor := asked.validated_data.get("cursor"):
            queryset = queryset.filter(_after(key, _decoded(cursor, key, queryset.model)))
        rows = list(queryset.order_by(*key)[: limit + 1])
        if len(rows) > limit:
            rows.pop()
            here = request.build_absolute_uri()
            self.following = replace_query_param(here, "cursor", _encoded([_value(rows[-1], name) for name in key]))
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.following})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {"type": ["string", "null"], "description": "The address of the next page."}
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": following},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.limit}
        return [
            {"name": "limit", "in": "query", "description": "Rows on a page.", "schema": limit},
            {
                "name": "cursor",
                "in": "query",
                "description": "Where a page begins: taken from `next`.",
                "schema": {"type": "string", "pattern": CURSOR},
            },
        ]


def _after(key: Sequence[str], values: Sequence[Any]) -> Q:
    """Behind these values in the order of the key; said twice, for the index to be entered at the first field."""
    found = Q()
    for place, name in enumerate(key):
        same = dict(zip(key[:place], values[:place], strict=True))
        found |= Q(**same, **{f"{name}__gt": values[place]})
    return found & Q(**{f"{key[0]}__gte": values[0]})


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _encoded(values: Sequence[Any]) -> str:
    plain = json.dumps([one if isinstance(one, int) else f"{one}" for one in values])
    return urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _decoded(cursor: str, key: Sequence[str], model: type[Model]) -> list[Any]:
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(key):
            raise ValueError
        return [_field(model, name).to_python(value) for name, value in zip(key, values, strict=True)]
    except (NotBase64, ValueError, TypeError, RecursionError, DomainError, FieldDoesNotExist) as error:
        flaw = Flaw("cursor", "unknown", _("This begins no page."))
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", flaw.message, [flaw]) from error


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    options = model._meta
    found: Any = options.pk if name == "pk" else options.get_field(name)
    return found
