"""What is done to the contacts that are ticked in their list."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import who
from core import clock
from core.files import FORMATS, download
from customers.lists import CONTACTS
from customers.models import Contact, ContactRole
from customers.views.lists import table_of
from desk.bulk_forms import ContactsForm, uids_of
from desk.guards import writes
from desk.views.bulk import answer, undo_address
from playbooks.domain import bulk_contacts
from playbooks.domain.done import Done

ONCE_MORE = 307  # the browser sends the form on as it is


@writes
def ask(request: HttpRequest) -> HttpResponse:
    """To the page that shows whom the survey would ask and when, and who is held back: nothing is sent before."""
    form = ContactsForm(request.POST, by=who(request))
    survey = form.cleaned_data.get("survey") if form.is_valid() else None
    if survey is None or not _ticked(request):
        messages.error(request, _("Tick the contacts that are meant, and choose a survey."))
        return answer(request)
    return HttpResponseRedirect(reverse("surveys:book", args=[survey.uid]), status=ONCE_MORE)


@writes
def change(request: HttpRequest) -> HttpResponse:
    """Their role, their consent, or that they left: which of them says the button."""
    what, form = request.POST.get("set", ""), ContactsForm(request.POST, by=who(request))
    read = form.cleaned_data if form.is_valid() else {}
    values = {"left_on": clock.today()} if what == "left_on" else {what: read.get(what)}
    if what not in ("left_on", "role", "consent") or not values[what]:
        messages.error(request, _("Tick the contacts that are meant, and choose what they become."))
        return answer(request)

    def act(contacts: list[int]) -> Done:
        return bulk_contacts.change(contacts=contacts, values=values, by=who(request), at=clock.now())

    return _act(request, act, lambda count: _said(what, values, count))


@writes
def stop_mail(request: HttpRequest) -> HttpResponse:
    def act(contacts: list[int]) -> Done:
        return bulk_contacts.stop_mail(contacts=contacts, by=who(request), at=clock.now())

    def said(count: int) -> str:
        words = ngettext("%(count)s contact gets no more mail.", "%(count)s contacts get no more mail.", count)
        return words % {"count": count}

    return _act(request, act, said)


@writes
def file(request: HttpRequest) -> HttpResponse:
    """The ticked ones as a file, with the columns that are shown."""
    rows = CONTACTS.rows(who(request)).filter(uid__in=uids_of(request.POST.getlist("contacts")))
    filters = CONTACTS.filters(QueryDict(), rows, user=who(request), today=clock.today())
    format = request.POST.get("format", "")
    table = table_of(CONTACTS, filters, request.GET, who(request))
    return download(table.sheet(), f"contacts-{clock.today()}", format if format in FORMATS else "csv")


def _act(request: HttpRequest, act: Callable[[list[int]], Done], said: Callable[[int], str]) -> HttpResponse:
    chosen = _ticked(request)
    if not chosen:
        messages.error(request, _("Tick the contacts that are meant."))
        return answer(request)
    done = act(chosen)
    told = [said(done.count)]
    if done.left:
        left = ngettext("%(count)s stays as it is.", "%(count)s stay as they are.", done.left)
        told.append(left % {"count": done.left})
    messages.success(request, " ".join(told), extra_tags=undo_address(request, done) if done.count else "")
    return answer(request)


def _said(what: str, values: Mapping[str, Any], count: int) -> str:
    if what == "left_on":
        words = ngettext("%(count)s contact has left.", "%(count)s contacts have left.", count)
    elif what == "role":
        words = ngettext("%(count)s contact: %(label)s.", "%(count)s contacts: %(label)s.", count)
    else:
        words = ngettext("Consent of %(count)s contact: %(label)s.", "Consent of %(count)s contacts: %(label)s.", count)
    labels = {**dict(ContactRole.choices), **dict(Contact.Consent.choices)}
    return words % {"count": count, "label": labels.get(values[what], "")}


def _ticked(request: HttpRequest) -> list[int]:
    seen = CONTACTS.rows(who(request)).filter(uid__in=uids_of(request.POST.getlist("contacts")))
    return list(seen.values_list("pk", flat=True))
