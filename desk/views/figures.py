from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from core.clock import AsOf
from customers.access import customer_or_404
from customers.queries.canonical import members
from customers.registry import MEASURES, sees
from desk.queries.figures import figure_of
from desk.queries.stages import stages


@require_safe
def figure(request: HttpRequest, uid: UUID, key: str) -> HttpResponse:
    """One figure of one customer, opened: what it means, its value, and the rows behind it."""
    found, measure = customer_or_404(request, uid), MEASURES.get(key)
    if measure is None or not sees(who(request), measure):
        raise Http404
    opened = figure_of(found, key)
    context = {"title": opened.label, "customer": found, "figure": opened, "today": clock.today()}
    return render(request, "desk/customer/figure.html", context)


@require_safe
def stage_history(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The stages that a customer has been in, in the side sheet or on a page of their own."""
    found, at = customer_or_404(request, uid), AsOf.live()
    context = {
        "title": _("Stages so far"),
        "customer": found,
        "stages": stages(members(found.pk), at=at),
        "today": clock.today(),
    }
    return render(request, "desk/customer/stages.html", context)
