from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from customers.access import customer_or_404
from customers.registry import MEASURES
from desk.queries.figures import figure_of


@require_safe
def figure(request: HttpRequest, uid: UUID, key: str) -> HttpResponse:
    """One figure of one customer, opened: what it means, its value, and the rows behind it."""
    found, measure = customer_or_404(request, uid), MEASURES.get(key)
    if measure is None or (measure.sensitive and not who(request).sees_sensitive):
        raise Http404
    opened = figure_of(found, key)
    context = {"title": opened.label, "customer": found, "figure": opened, "today": clock.today()}
    return render(request, "desk/customer/figure.html", context)
