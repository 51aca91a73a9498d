"""What is done to the tasks that are ticked in the queue, and how a toast takes it back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import who
from core import clock
from core.errors import Stale
from desk.bulk_forms import BulkCompleteForm, BulkReassignForm, BulkSnoozeForm, seen
from desk.forms import QueueForm
from desk.guards import part, writes
from desk.views.queue import PARTS, show
from playbooks.domain import bulk
from playbooks.domain.done import Done
from playbooks.models import Undo

UNDONE = ("items", "stages", "archived", "contacts", "runs")
LISTS = {"customers": "desk:customers", "contacts": "customers:contacts", "runs": "playbooks:runs"}
Act = Callable[[dict[str, Any], bulk.Seen], Done]


@writes
def complete(request: HttpRequest) -> HttpResponse:
    def act(read: dict[str, Any], ticked: bulk.Seen) -> Done:
        return bulk.complete(seen=ticked, outcome=read["outcome"], by=who(request), at=clock.now())

    return _act(request, BulkCompleteForm(request.POST), act)


@writes
def snooze(request: HttpRequest) -> HttpResponse:
    def act(read: dict[str, Any], ticked: bulk.Seen) -> Done:
        return bulk.snooze(seen=ticked, until=read["until"], reason=read["reason"], by=who(request), at=clock.now())

    return _act(request, BulkSnoozeForm(request.POST, today=clock.today()), act)


@writes
def reassign(request: HttpRequest) -> HttpResponse:
    def act(read: dict[str, Any], ticked: bulk.Seen) -> Done:
        return bulk.reassign(seen=ticked, to=read["to"], by=who(request), at=clock.now())

    return _act(request, BulkReassignForm(request.POST, by=who(request)), act)


@writes
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take back what one did to several rows; only one's own, and only once."""
    done = get_object_or_404(Undo, uid=uid, by=who(request))
    try:
        back = bulk.take_back(undo=done, by=who(request), at=clock.now())
        stays = sum(len(done.done.get(kind, [])) for kind in UNDONE) - back
        if stays > 0:
            words = ngettext(
                "%(count)s stays: somebody has changed it since.",
                "%(count)s stay: somebody has changed them since.",
                stays,
            )
            messages.error(request, words % {"count": stays})
    except Stale:
        messages.error(request, _("This has been taken back already."))
    return answer(request)


def _act(request: HttpRequest, form: forms.Form, act: Act) -> HttpResponse:
    ticked = seen(request.POST.getlist("items"), who(request))
    if not ticked:
        messages.error(request, _("Tick the tasks that are meant."))
    elif form.is_valid():
        tell(request, act(form.cleaned_data, ticked))
    else:
        wrong = " ".join(f"{error}" for errors in form.errors.values() for error in errors)
        messages.error(request, _("The tasks are as they were. %(wrong)s") % {"wrong": wrong})
    return answer(request)


def tell(request: HttpRequest, done: Done) -> None:
    """A toast that says what was done, and takes it back."""
    words = {
        Undo.What.COMPLETE: ngettext("%(count)s task is done.", "%(count)s tasks are done.", done.count),
        Undo.What.SNOOZE: ngettext("%(count)s task rests.", "%(count)s tasks rest.", done.count),
        Undo.What.REASSIGN: ngettext("%(count)s task is handed over.", "%(count)s tasks are handed over.", done.count),
    }
    told = [words[Undo.What(done.undo.what)] % {"count": done.count}]
    if done.customers:
        told.append(
            ngettext("%(count)s customer with them.", "%(count)s customers with them.", done.customers)
            % {"count": done.customers}
        )
    if done.left:
        told.append(
            ngettext("%(count)s stays as it is.", "%(count)s stay as they are.", done.left) % {"count": done.left}
        )
    back = undo_address(request, done) if done.count or done.customers else ""
    messages.success(request, " ".join(told), extra_tags=back)


def undo_address(request: HttpRequest, done: Done) -> str:
    """Where this is taken back, on the way to the page one was on."""
    return f"{reverse('desk:undo-bulk', args=[done.undo.uid])}?{request.GET.urlencode()}"


def answer(request: HttpRequest) -> HttpResponse:
    """Where one was: the board itself where HTMX asked, the team's page, a list, else the queue."""
    if part(request, PARTS, "") == PARTS["board"]:
        return show(request, item="")
    if request.GET.get("from") == "team":
        return redirect("desk:team")
    if (back := LISTS.get(request.GET.get("from", ""))) is not None:
        query = request.GET.copy()
        del query["from"]
        return redirect(f"{reverse(back)}{'?' if query else ''}{query.urlencode()}")
    kept = QueueForm(request.GET, user=who(request)).address
    return redirect(f"{reverse('desk:queue')}{'?' if kept else ''}{kept}")
