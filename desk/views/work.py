"""What is done to a task, from the queue or from the customer's page."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from accounts.access import who
from accounts.models import User
from core import clock
from core.errors import Stale
from customers.domain import touchpoints
from customers.domain.touchpoints import NewTouchpoint
from customers.models import Touchpoint
from desk.acting import Read, acted
from desk.forms import CompleteForm, QueueForm, ReassignForm, SnoozeForm, TouchForm, UndoForm
from desk.guards import item_or_404, part, writes
from desk.queries.board import after, plan
from desk.views.customer import touch_of
from desk.views.queue import PARTS, show
from playbooks.domain import working
from playbooks.models import WorkItem
from playbooks.queries.queue import queue

Act = Callable[[], str]
More = Callable[[], Mapping[str, Any]]


@writes
def complete(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Close a task with its outcome and, where one is given, the touchpoint that came of it."""
    item = item_or_404(request, uid)
    form = CompleteForm(request.POST, customer=item.customer)
    logged: list[Touchpoint] = []

    def act() -> str:
        read = form.cleaned_data
        with transaction.atomic():
            working.complete(
                item=item, version=read["version"], outcome=read["outcome"], by=who(request), at=clock.now()
            )
            if read["kind"]:
                logged.extend(touchpoints.log(touchpoints=[_touch(item, form)], by=who(request), at=clock.now()))
        return _("Done for %(customer)s.") % {"customer": item.customer}

    return _act(request, item, form, act, lambda: {"touch": logged[0].pk} if logged else {})


@writes
def log(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Write down a call, a mail or a meeting with the task's customer; the task stays as it is."""
    item, today = item_or_404(request, uid), clock.today()

    def act(read: Read) -> str:
        touchpoints.log(touchpoints=[touch_of(item.customer, read, today)], by=who(request), at=clock.now())
        return _("Logged for %(customer)s.") % {"customer": item.customer}

    acted(request, TouchForm(request.POST, customer=item.customer, today=today), act)
    return _answer(request, str(item.uid))


@writes
def snooze(request: HttpRequest, uid: UUID) -> HttpResponse:
    item = item_or_404(request, uid)
    form = SnoozeForm(request.POST, today=clock.today())

    def act() -> str:
        read = form.cleaned_data
        working.snooze(
            item=item,
            version=read["version"],
            until=read["until"],
            reason=read["reason"],
            by=who(request),
            at=clock.now(),
        )
        words = {"customer": item.customer, "day": date_format(read["until"], "j M")}
        return _("%(customer)s rests until %(day)s.") % words

    return _act(request, item, form, act)


@writes
def reassign(request: HttpRequest, uid: UUID) -> HttpResponse:
    item = item_or_404(request, uid)
    form = ReassignForm(request.POST, by=who(request), customer=item.customer)
    before = item.owner

    def act() -> str:
        read = form.cleaned_data
        working.reassign(item=item, version=read["version"], to=read["to"], by=who(request), at=clock.now())
        return _("%(customer)s: handed to %(owner)s.") % {"customer": item.customer, "owner": read["to"]}

    return _act(request, item, form, act, lambda: {"to": before.uid if before else ""})


@writes
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take back what a toast told of, with the touchpoint that was logged by it.

    The address says which version it left and, of a hand-over, whose it was.
    """
    item = item_or_404(request, uid)
    form = UndoForm(request.GET, by=who(request), customer=item.customer)
    if not form.is_valid():
        return _refused(request, item, form)
    version, to = form.cleaned_data["version"], form.cleaned_data["to"]
    try:
        if to:
            working.reassign(item=item, version=version, to=to, by=who(request), at=clock.now())
        else:
            _reopen(item, version, form.cleaned_data["touch"], who(request))
    except Stale:
        messages.error(request, _("Somebody has changed this task since: it stays as it is."))
    return _answer(request, str(item.uid))


@transaction.atomic
def _reopen(item: WorkItem, version: int, touch: int | None, by: User) -> None:
    working.reopen(item=item, version=version, by=by, at=clock.now())
    if touch and Touchpoint.objects.filter(pk=touch, customer=item.customer_id).exists():
        touchpoints.take_back(touchpoints=[touch], by=by, at=clock.now())


def _touch(item: WorkItem, form: forms.Form) -> NewTouchpoint:
    read = form.cleaned_data
    return NewTouchpoint(
        customer=item.customer_id,
        kind=read["kind"],
        at=clock.now(),
        two_way=read["two_way"],
        contact=read["contact"].pk if read["contact"] else None,
        text=read["note"],
    )


def _act(request: HttpRequest, item: WorkItem, form: forms.Form, act: Act, more: More = dict) -> HttpResponse:
    if not form.is_valid():
        return _refused(request, item, form)
    following = _following(request, item)
    try:
        told = act()
    except Stale:
        messages.error(request, _("Somebody else has changed this task meanwhile. This is how it stands now."))
        return _answer(request, str(item.uid))
    messages.success(request, told, extra_tags=_undo_address(request, item, more()))
    return _answer(request, following)


def _refused(request: HttpRequest, item: WorkItem, form: forms.Form) -> HttpResponse:
    wrong = " ".join(f"{error}" for errors in form.errors.values() for error in errors)
    messages.error(request, _("The task is as it was. %(wrong)s") % {"wrong": wrong})
    return _answer(request, str(item.uid))


def _following(request: HttpRequest, item: WorkItem) -> str:
    """The uid of the item that comes after this one in the queue that is looked at."""
    view = QueueForm(request.GET, user=who(request)).view
    user, today = who(request), clock.today()
    found = queue(user=user, view=view, today=today)
    shown = plan(found, user=user, view=view, today=today, item=str(item.uid)).shown
    return after([str(uid) for _pk, uid in shown], str(item.uid))


def _undo_address(request: HttpRequest, item: WorkItem, more: Mapping[str, Any]) -> str:
    query: dict[str, Any] = {**request.GET.dict(), "version": item.version, **more}
    if back := _back(request):
        query["back"] = back
    return f"{reverse('desk:undo', args=[item.uid])}?{urlencode(query)}"


def _answer(request: HttpRequest, item: str) -> HttpResponse:
    """Where one was: the customer's page; the board itself where HTMX asked; else the queue."""
    if back := _back(request):
        return redirect(back)
    if part(request, PARTS, "") == PARTS["board"]:
        return show(request, item=item)
    kept = QueueForm(request.GET, user=who(request)).address
    return redirect(f"{reverse('desk:queue')}?{kept}{'&' if kept else ''}{urlencode({'item': item})}")


def _back(request: HttpRequest) -> str:
    back = request.POST.get("back") or request.GET.get("back", "")
    return back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else ""
