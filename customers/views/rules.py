"""The parts of the builder that HTMX fetches: its rows anew, who they come to, and who just isn't among them."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import who
from customers.builder.field import Offer, RuleWidget, Typed
from customers.builder.look import look


@require_POST
def rows(request: HttpRequest) -> HttpResponse:
    """The builder after one of its buttons, or after something else was chosen in a row."""
    widget, typed = _typed(request)
    typed.act = typed.act or "chosen"
    return HttpResponse(widget.render(request.GET["name"], typed))


@require_POST
def count(request: HttpRequest) -> HttpResponse:
    widget, typed = _typed(request)
    return _look(request, {"look": look(typed.root, widget.offer, with_near=False), "fetch_near": True})


@require_POST
def near(request: HttpRequest) -> HttpResponse:
    widget, typed = _typed(request)
    return render(request, "customers/rules/_near.html", {"look": look(typed.root, widget.offer)})


def _look(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    options = "&plain=1" if request.GET.get("plain") else ""
    return render(request, "customers/rules/_look.html", {**context, "name": request.GET["name"], "options": options})


def _typed(request: HttpRequest) -> tuple[RuleWidget, Typed]:
    widget = RuleWidget(offer=Offer(who(request), without_filters="plain" in request.GET))
    typed = widget.value_from_datadict(request.POST, {}, request.GET.get("name", ""))
    if typed is None:
        raise BadRequest
    return widget, typed
