from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from core import clock
from core.api.conditions import tagged
from core.api.paging import PageQuery
from core.api.problems import BadQuery

Asks = type[serializers.Serializer[Any]]


class Api(APIView):
    """A view of the API. ``asks`` are the parameters of its address, for each action or for all of its reads.

    Every *day* in it is one of the company's zone.
    """

    asks: ClassVar[Asks | None] = None
    pages: ClassVar[bool] = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with clock.company_time():
            return super().dispatch(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "rate", {}).items():
            response[name] = value
        return response

    def asked(self) -> dict[str, Any]:
        """What the address asks for. Raises BadQuery for what breaks a rule, or means nothing here."""
        shape = self.asks or serializers.Serializer
        asked = shape(data=self.request.query_params.dict(), context={"request": self.request})
        known = {*asked.fields, *(PageQuery().fields if self.pages else [])}
        wrong = {name: [_unknown(name)] for name in self.request.query_params if name not in known}
        if not asked.is_valid() or wrong:
            raise BadQuery({**asked.errors, **wrong})
        return dict(asked.validated_data)


def _unknown(name: str) -> Any:
    return serializers.ErrorDetail(f"There is no parameter “{name}” here.", "unknown")


class Rows(Api, GenericViewSet[Any]):
    """The rows of one noun that a key may see.

    ``get_queryset`` gives them with what the serializer shows; ``lookups`` maps parameters to conditions on them.
    """

    lookup_field = "uid"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    key: ClassVar[tuple[str, ...]] = ("pk",)
    lookups: ClassVar[dict[str, str]] = {}

    def narrowed(self, rows: Any, asked: dict[str, Any]) -> Any:
        """Those of the rows that are asked for."""
        return rows.filter(**{self.lookups[name]: value for name, value in asked.items() if name in self.lookups})


class Listed(Rows):
    pages = True

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.narrowed(self.get_queryset(), self.asked()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Shown(Rows):
    def retrieve(self, request: Request, id: Any) -> Response:
        return tagged(request, self.get_serializer(self.get_object()).data)
