"""The owner and the stage of a customer, changed where they stand in the list."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import who, writers_only
from core import clock
from core.errors import Stale
from customers.access import customer_or_404
from customers.models import Customer
from desk.cell_forms import CELLS, CellForm
from playbooks.domain import bulk, bulk_customers
from playbooks.domain.done import Done

EDITS = require_http_methods(["GET", "HEAD", "POST"])


@EDITS
@writers_only
def cell(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """The form of one value in place of it, and the value again once it is saved.

    Whoever is second sees what it is now, and what they chose: nothing is lost.
    """
    found = customer_or_404(request, uid)
    if name not in CELLS:
        raise Http404
    form = CELLS[name](request.POST or None, customer=found, by=who(request))
    if request.GET.get("show"):
        return _shown(request, found, name)
    if request.method == "POST" and form.is_valid():
        try:
            done = _change(request, found, form)
        except Stale:
            return _stale(request, found, form)
        _tell(request, found, done)
        return _shown(request, Customer.objects.select_related("owner").get(pk=found.pk), name)
    return _form(request, found, form)


@transaction.atomic
def _change(request: HttpRequest, found: Customer, form: CellForm) -> Done:
    locked = Customer.objects.select_for_update().get(pk=found.pk)
    if locked.version != form.cleaned_data["version"]:
        raise Stale
    chosen, by, at = form.cleaned_data["value"], who(request), clock.now()
    if form.NAME == "owner":
        return bulk.give(customers=[found.pk], to=chosen, by=by, at=at)
    return bulk_customers.set_stage(customers=[found.pk], stage=chosen, by=by, at=at)


def _stale(request: HttpRequest, found: Customer, form: CellForm) -> HttpResponse:
    """What was chosen stays chosen; saving again means knowing what it is now."""
    now = customer_or_404(request, found.uid)
    again = CELLS[form.NAME]({"value": form.data["value"], "version": now.version}, customer=now, by=who(request))
    return _form(request, now, again, theirs=again.now)


def _form(request: HttpRequest, found: Customer, form: CellForm, theirs: str | None = None) -> HttpResponse:
    context = {
        "title": form.title,
        "customer": found,
        "form": form,
        "theirs": theirs,
        "action": reverse("desk:cell", args=[found.uid, form.NAME]),
        "next": _back(request),
    }
    whole = not getattr(request, "htmx", None)
    status = 409 if theirs is not None and whole else 200
    return render(request, "desk/customers/cell.html" if whole else "desk/customers/_cell.html", context, status=status)


def _shown(request: HttpRequest, found: Customer, name: str) -> HttpResponse:
    """The value as the list shows it; without HTMX, the list."""
    if not getattr(request, "htmx", None):
        return redirect(_back(request))
    return render(request, "desk/customers/_cell_shown.html", {"shown": CELLS[name].show(found)})


def _tell(request: HttpRequest, found: Customer, done: Done) -> None:
    if not done.customers:
        messages.error(request, _("%(customer)s stays as it was.") % {"customer": found})
        return
    told = _("%(customer)s is changed.") % {"customer": found}
    if done.count:
        told += " " + _("The open tasks of the former owner go along.")
    query = _back(request).partition("?")[2]
    back = f"{reverse('desk:undo-bulk', args=[done.undo.uid])}?from=customers{'&' if query else ''}{query}"
    messages.success(request, told, extra_tags=back)


def _back(request: HttpRequest) -> str:
    """The list as it was looked at."""
    here = getattr(getattr(request, "htmx", None), "current_url_abs_path", None)
    asked = here or request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if safe and asked.startswith(reverse("desk:customers")) else reverse("desk:customers")
