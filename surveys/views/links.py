"""A survey's open links: one for everybody, and one for the people of a customer."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import check_administrator, check_writer, who
from accounts.models import Role
from core import clock
from customers.access import customer_or_404
from customers.querysets import visible_customers
from surveys.domain import open_links
from surveys.models import OpenLink, Survey
from surveys.views.pages import asked_customer, frame, survey_or_404

SHOWN = 100


def links(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The links that are open, with how many answered by each; POST makes a new one."""
    survey = survey_or_404(uid)
    if request.method == "POST":
        return _make(request, survey)
    seen = Q(customer=None) | visible_customers(who(request), "customer__") & Q(customer__isnull=False)
    # A changed answer is one answer: its rows that another amends are not counted.
    counted = Count("responses", filter=Q(responses__amended_by=None, responses__withdrawn=False))
    rows = survey.links.filter(seen, closed_at=None).select_related("customer").annotate(answers=counted)
    found = [_line(one) for one in rows.order_by("customer__name", "pk")[:SHOWN]]
    everybody = next((one for one in found if one["link"].customer is None), None)
    return render(request, "surveys/links.html", frame(
        request, survey, "links", everybody=everybody, lines=[one for one in found if one is not everybody],
    ))  # fmt: skip


def _make(request: HttpRequest, survey: Survey) -> HttpResponse:
    check_writer(request.user)
    customer = None
    if request.POST.get("customer"):
        customer = asked_customer(request)
    else:
        check_administrator(request.user)
    try:
        open_links.make(survey=survey, customer=customer, by=who(request), at=clock.now())
        messages.success(request, _("The link is open."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("surveys:links", survey.uid)


@require_POST
def close(request: HttpRequest, uid: UUID, link: UUID) -> HttpResponse:
    """Close a link: the one for everybody is the administrators' to close."""
    check_writer(request.user)
    found = get_object_or_404(OpenLink, uid=link, survey__uid=uid)
    if found.customer:
        customer_or_404(request, found.customer.uid)
    elif who(request).role != Role.ADMINISTRATOR:
        raise PermissionDenied
    open_links.close(link=found, by=who(request), at=clock.now())
    messages.success(request, _("Closed: no more answers come in by this link."))
    return redirect("surveys:links", uid)


def _line(link: OpenLink) -> dict[str, Any]:
    token = open_links.token(link)
    address = settings.SITE_URL + reverse("surveys:open-link", args=[token]) if token else ""
    return {"link": link, "address": address, "answers": link.answers}  # type: ignore[attr-defined]  # annotated
