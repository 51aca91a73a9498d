"""The doors of the REST API."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import SimpleRouter

import accounts.api.people
import churn.api
import customers.api
import data.api
import desk.api
import health.api
import playbooks.api
import subscriptions.api
import surveys.api
import usage.api
from core.api import pages
from core.api.views import Api

NOUNS: dict[str, Any] = {
    "customers": desk.api.CustomerRows,
    "contacts": customers.api.ContactRows,
    "touchpoints": customers.api.TouchpointRows,
    "tickets": customers.api.TicketRows,
    "hand-offs": customers.api.HandOffRows,
    "stages": customers.api.StageRows,
    "goals": customers.api.GoalRows,
    "pulses": customers.api.PulseRows,
    "standings": customers.api.StandingRows,
    "saved-filters": customers.api.SavedFilterRows,
    "subscriptions": subscriptions.api.SubscriptionRows,
    "plans": subscriptions.api.PlanRows,
    "invoices": subscriptions.api.InvoiceRows,
    "movements": subscriptions.api.MovementRows,
    "fx-rates": subscriptions.api.FxRateRows,
    "costs": subscriptions.api.CostRows,
    "usage": usage.api.UsageRows,
    "features": usage.api.FeatureRows,
    "surveys": surveys.api.SurveyRows,
    "invitations": surveys.api.InvitationRows,
    "responses": surveys.api.ResponseRows,
    "scorecards": health.api.ScorecardRows,
    "scores": health.api.ScoreRows,
    "signals": health.api.SignalRows,
    "risks": health.api.RiskRows,
    "churn-reasons": churn.api.ChurnReasonRows,
    "churn-events": churn.api.ChurnEventRows,
    "work-items": playbooks.api.WorkItemRows,
    "playbooks": playbooks.api.PlaybookRows,
    "runs": playbooks.api.RunRows,
    "users": accounts.api.people.UserRows,
    "teams": accounts.api.people.TeamRows,
    "web-hooks": data.api.WebHookRows,
    "web-hook-calls": data.api.HookCallRows,
}
BULK = ("customers", "contacts", "subscriptions", "invoices")
DOORS: dict[str, Any] = {
    "measures": customers.api.MeasureRows,
    "queue": playbooks.api.Queue,
    "reports/retention": churn.api.Retention,
    "reports/movements": churn.api.Movements,
    "reports/cohorts": churn.api.CohortRows,
    "reports/survival": churn.api.Survival,
    "reports/reasons": churn.api.Reasons,
    "reports/benchmarks": churn.api.Benchmarks,
    "reports/worth": churn.api.WorthOf,
    "reports/nps": surveys.api.Nps,
    **{f"bulk/{noun}": data.api.bulk(noun) for noun in BULK},
}

router = SimpleRouter(use_regex_path=False)
for noun, rows in NOUNS.items():
    router.register(noun, rows, basename=noun)


class Root(Api):
    """The nouns there are, with their addresses."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        here = reverse("api:root", request=request)
        return Response({name: f"{here}{name}/" for name in (*NOUNS, *DOORS, "schema", "docs")})


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document. It is the same as long as the process lives."""
    found: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return found


@cache_control(public=True, max_age=300)
def schema(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same, to be read."""
    context = {
        "title": _("API"),
        "note": _("What programs can read and write, and how."),
        "nouns": pages.nouns(document()),
        "problems": PROBLEMS,
        "address": request.build_absolute_uri("../"),
    }
    return render(request, "core/api/docs.html", context)


PROBLEMS = [
    ("invalid", 400, gettext_lazy("A parameter or field breaks a rule of the schema.")),
    ("parse_error", 400, gettext_lazy("The body is no JSON.")),
    ("not_authenticated", 401, gettext_lazy("There is no key in the request.")),
    ("authentication_failed", 401, gettext_lazy("The key is unknown, revoked or expired.")),
    ("forbidden", 403, gettext_lazy("The key may not do that.")),
    ("not_found", 404, gettext_lazy("There is no such thing among what the key may see.")),
    ("method_not_allowed", 405, gettext_lazy("That can't be done here; Allow says what can.")),
    ("conflict", 409, gettext_lazy("What was sent is well-formed, but does not fit what there is.")),
    ("rows", 409, gettext_lazy("Rows of a bulk call break rules, each named; nothing was written.")),
    ("stale", 412, gettext_lazy("Somebody changed the row since it was read.")),
    ("too_large", 413, gettext_lazy("The body is larger than may be sent at once.")),
    ("unsupported_media_type", 415, gettext_lazy("The body is not sent as application/json.")),
    ("reused", 422, gettext_lazy("The idempotency key was given to another request.")),
    ("throttled", 429, gettext_lazy("More requests than a minute allows; Retry-After says when to go on.")),
    ("error", 500, gettext_lazy("Our fault: nothing was changed, and it is in the log.")),
]


schema.login_required = False  # type: ignore[attr-defined]

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", Root.as_view(), name="root"),
    path("schema/", schema, name="schema"),
    path("docs/", docs, name="docs"),
    *(path(f"{name}/", door.as_view(), name=name) for name, door in DOORS.items()),
    *router.urls,
]
