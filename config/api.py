"""The doors of the REST API."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import cache_control
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import SimpleRouter

import customers.api
import usage.api
from core.api.views import Api

router = SimpleRouter(use_regex_path=False)
router.register("customers", customers.api.CustomerRows, basename="customer")
router.register("contacts", customers.api.ContactRows, basename="contact")
router.register("touchpoints", customers.api.TouchpointRows, basename="touchpoint")
router.register("tickets", customers.api.TicketRows, basename="ticket")
router.register("standings", customers.api.StandingRows, basename="standing")
router.register("saved-filters", customers.api.SavedFilterRows, basename="saved-filter")
router.register("usage", usage.api.UsageRows, basename="usage")


class Root(Api):
    """The nouns there are, with their addresses."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        nouns = {name: reverse(f"api:{basename}-list", request=request) for name, _rows, basename in router.registry}
        return Response(nouns | {"schema": reverse("api:schema", request=request)})


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document. It is the same as long as the process lives."""
    found: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return found


@cache_control(public=True, max_age=300)
def schema(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document())


schema.login_required = False  # type: ignore[attr-defined]

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", Root.as_view(), name="root"),
    path("schema/", schema, name="schema"),
    path("measures/", customers.api.MeasureRows.as_view(), name="measures"),
    *router.urls,
]
