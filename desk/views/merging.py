"""Two records that are one customer, and customers that are put away."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import who, writers_only
from core import clock
from core.ids import as_uid
from customers.access import customer_or_404
from customers.domain import customers as book
from customers.domain import merges as domain
from customers.models import Customer, Merge
from customers.querysets import visible_customers
from desk.guards import writes
from desk.queries import merging


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def merge(request: HttpRequest) -> HttpResponse:
    """What merging two means, value by value; a POST does it."""
    asked = request.POST if request.method == "POST" else request.GET
    into = customer_or_404(request, as_uid(asked.get("into", "")))
    other = as_uid(asked.get("one", ""))
    if other is None:
        return _choose(request, into)
    one = customer_or_404(request, other)
    if request.method == "POST":
        return _merge(request, one, into)
    context = {"title": _("Merge customers"), "one": one, "into": into, "preview": merging.preview(one=one, into=into)}
    return render(request, "desk/merging/merge.html", context)


def _choose(request: HttpRequest, into: Customer) -> HttpResponse:
    words = request.GET.get("q", "")
    found = merging.offered(into=into, words=words, user=who(request))
    context = {"title": _("Merge customers"), "into": into, "words": words, "found": found}
    return render(request, "desk/merging/choose.html", context)


def _merge(request: HttpRequest, one: Customer, into: Customer) -> HttpResponse:
    values = merging.preview(one=one, into=into).values
    take = [value.name for value in values if request.POST.get(value.name, value.wins) == "one"]
    try:
        made = domain.merge(one=one.pk, into=into.pk, at=clock.now(), by=who(request), take=take)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("desk:merges")
    told = _("%(one)s is %(into)s now. Figures follow within minutes.") % {"one": one, "into": into}
    messages.success(request, told, extra_tags=reverse("desk:undo-merge", args=[made.pk]))
    return redirect(into)


@require_safe
def merges(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("Merged customers"),
        "note": _("Two records that are one customer. A merge can be undone for 30 days."),
        "rows": merging.merges(user=who(request), today=clock.today()),
    }
    return render(request, "desk/merging/merges.html", context)


@writes
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Merge.objects.filter(visible_customers(who(request), "into_customer__"))
    found = get_object_or_404(rows.select_related("from_customer", "into_customer"), pk=pk)
    try:
        domain.undo(merge=found, at=clock.now(), by=who(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = {"one": found.from_customer, "into": found.into_customer}
        messages.success(request, _("%(one)s and %(into)s are two again.") % words)
    return redirect("desk:merges")


@writes
def archive(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    book.archive(customers=[found.pk], by=who(request), at=clock.now())
    told = _("%(customer)s is archived: out of lists and the queue, still in past reports.") % {"customer": found}
    messages.success(request, told, extra_tags=reverse("desk:restore", args=[found.uid]))
    return redirect(found)


@writes
def restore(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    book.restore(customers=[found.pk], by=who(request), at=clock.now())
    messages.success(request, _("%(customer)s is back in the lists.") % {"customer": found})
    return redirect(found)
