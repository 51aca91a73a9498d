from collections.abc import Callable
from datetime import date, datetime, time
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from customers.access import customer_or_404
from customers.domain import notes, touchpoints
from customers.domain.touchpoints import NewTouchpoint
from customers.models import Contact, Customer
from customers.queries import timeline as story
from customers.queries.canonical import merged_into
from desk.acting import Read, acted
from desk.bulk_forms import PlayForm
from desk.forms import NoteForm, TaskForm, TouchForm
from desk.guards import part, writes
from desk.queries.customer_page import customer_page
from playbooks.domain import working

LINES = 12
PARTS = {"timeline": "desk/customer/_timeline.html"}


@require_safe
def customer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Everything about one customer; only the timeline where HTMX turns its pages. What is merged is the other now."""
    found = customer_or_404(request, uid)
    merged = merged_into(found.pk)
    return redirect(merged) if merged else _page(request, found, {})


def _page(request: HttpRequest, found: Customer, sent: dict[str, Form]) -> HttpResponse:
    """``sent``: forms with something wrong are shown again with what was written."""
    today = clock.today()
    context = {"customer": found, "today": today, "story": _story(request, found), "kinds": _kinds(request, found)}
    template = part(request, PARTS, "desk/customer/page.html")
    if template in PARTS.values():
        return render(request, template, context)
    page = customer_page(found, user=who(request), today=today)
    forms = {**_forms(request, found, page.people.active, today), **sent} if who(request).may_write else None
    context |= {"title": found.name, "page": page, "forms": forms}
    return render(request, template, context, status=422 if sent else 200)


@writes
def add_note(request: HttpRequest, uid: UUID) -> HttpResponse:
    found, form = customer_or_404(request, uid), NoteForm(request.POST)

    def act(read: Read) -> str:
        notes.add(customer=found.pk, text=read["text"], by=who(request), at=clock.now())
        return _("The note is on the timeline.")

    return _acted(request, found, {"note": form}, act)


@writes
def log_touch(request: HttpRequest, uid: UUID) -> HttpResponse:
    found, today = customer_or_404(request, uid), clock.today()
    form = TouchForm(request.POST, customer=found, today=today)

    def act(read: Read) -> str:
        touchpoints.log(touchpoints=[touch_of(found, read, today)], by=who(request), at=clock.now())
        return _("Logged for %(customer)s.") % {"customer": found}

    return _acted(request, found, {"touch": form}, act)


@writes
def add_task(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    form = TaskForm(request.POST, by=who(request), customer=found, today=clock.today())

    def act(read: Read) -> str:
        owner = read["owner"] or found.owner
        working.add_task(
            customer=found, words=read["words"], due_on=read["due_on"], owner=owner, by=who(request), at=clock.now()
        )
        return _("The task is in the queue of %(owner)s.") % {"owner": owner or _("nobody yet")}

    return _acted(request, found, {"task": form}, act)


def _acted(request: HttpRequest, found: Customer, sent: dict[str, Form], act: Callable[[Read], str]) -> HttpResponse:
    (form,) = sent.values()
    return redirect(found) if acted(request, form, act) else _page(request, found, sent)


def touch_of(found: Customer, read: Read, today: date) -> NewTouchpoint:
    """What a `TouchForm` says: now, or at noon of an earlier day."""
    noon = datetime.combine(read["on"], time(12), tzinfo=clock.zone())
    return NewTouchpoint(
        customer=found.pk,
        kind=read["kind"],
        at=clock.now() if read["on"] == today else noon,
        two_way=read["two_way"],
        contact=read["contact"].pk if read["contact"] else None,
        text=read["note"],
    )


def _forms(request: HttpRequest, found: Customer, people: list[Contact], today: date) -> dict[str, Form]:
    return {
        "note": NoteForm(auto_id="note_%s"),
        "touch": TouchForm(auto_id="touch_%s", customer=found, people=people, today=today),
        "play": PlayForm(auto_id="play_%s"),
        "task": TaskForm(auto_id="task_%s", by=who(request), customer=found, today=today),
    }


def _kinds(request: HttpRequest, found: Customer) -> list[tuple[str, str, bool]]:
    """The kinds that the story can be narrowed to, with whether it is: to none, one, or several."""
    chosen = set(request.GET.getlist("kind"))
    return [(kind, label, kind in chosen) for kind, label in story.kinds_of(found)]


def _story(request: HttpRequest, found: Customer) -> story.Page:
    kinds = [kind for kind in request.GET.getlist("kind") if kind]
    return story.timeline(found, kinds=kinds, search=request.GET.get("words", ""), before=_before(request), size=LINES)


def _before(request: HttpRequest) -> story.Position | None:
    at, _sep, pk = request.GET.get("before", "").partition("~")
    try:
        return datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None
