"""What is kept of a contact, for administrators: shown, handed out, taken out."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import administrators_only, proved_only, who
from core import clock
from customers.models import Contact
from data.domain.privacy import erasing, export
from data.models import Erasure, Retention
from data.privacy_forms import RetentionForm

SHOWN = 50


@require_safe
@administrators_only
def people(request: HttpRequest) -> HttpResponse:
    """Find a contact, see who was erased, and say how long what passes through is kept."""
    return _people(request, RetentionForm(instance=Retention.current()))


@require_POST
@administrators_only
def retention(request: HttpRequest) -> HttpResponse:
    form = RetentionForm(request.POST, instance=Retention.current())
    if not form.is_valid():
        return _people(request, form)
    form.save()
    messages.success(request, _("What is older goes with the next night."))
    return redirect("data:privacy")


def _people(request: HttpRequest, form: RetentionForm) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    named = Q(name__icontains=asked) | Q(email__icontains=asked)
    found = Contact.objects.filter(named).select_related("customer")[:SHOWN] if asked else None
    context = {
        "title": _("Personal data"),
        "note": _("What is kept of a contact: to be shown to them, or to be erased."),
        "asked": asked,
        "found": found,
        "erasures": Erasure.objects.select_related("by")[:SHOWN],
        "form": form,
    }
    return render(request, "data/people.html", context, status=400 if form.errors else 200)


@require_safe
@administrators_only
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is kept of one contact, counted by table."""
    return _person(request, _contact(uid))


@require_safe
@administrators_only
def download(request: HttpRequest, uid: UUID, kind: str) -> HttpResponse:
    """All that is kept of one contact, as JSON or zipped."""
    if kind not in {"json", "zip"}:
        raise Http404
    contact = _contact(uid)
    made: str | bytes = export.as_json(contact) if kind == "json" else export.as_zip(contact)
    answer = HttpResponse(made, content_type="application/json" if kind == "json" else "application/zip")
    answer["Content-Disposition"] = f'attachment; filename="contact-{contact.uid}.{kind}"'
    return answer


@require_POST
@administrators_only
@proved_only
def erase(request: HttpRequest, uid: UUID) -> HttpResponse:
    contact = _contact(uid)
    if request.POST.get("typed", "").strip() != wanted(contact):
        return _person(request, contact, problem=_("That is not what was asked for. Nothing was erased."))
    done = erasing.erase(contact=contact, by=who(request), at=clock.now())
    messages.success(request, _("Erased: %(rows)s rows were touched.") % {"rows": sum(done.counts.values())})
    return redirect("data:privacy")


def wanted(contact: Contact) -> str:
    """What has to be typed before an erasure: it can't be undone."""
    return contact.email or contact.name


def _contact(uid: UUID) -> Contact:
    return get_object_or_404(Contact.objects.select_related("customer"), uid=uid)


def _person(request: HttpRequest, contact: Contact, problem: str = "") -> HttpResponse:
    held = export.held(contact)
    context = {
        "title": str(contact),
        "note": contact.customer.name,
        "contact": contact,
        "counts": {table: len(rows) for table, rows in held.items()},
        "wanted": wanted(contact),
        "problem": problem,
    }
    return render(request, "data/person.html", context, status=400 if problem else 200)
