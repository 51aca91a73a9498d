"""The pages of playbooks. Leads and administrators read them, administrators write."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrators_only, who
from accounts.models import Role, User
from core import clock
from core.errors import Stale
from core.models import Job
from customers.builder.field import Offer
from customers.domain import mailbox
from customers.models import Customer
from customers.rules import frozen
from playbooks.domain.book import dry_run, placeholders, publishing
from playbooks.domain.book.checking import faults
from playbooks.domain.book.content import Step, depths, read
from playbooks.domain.run.hooks import secret_of
from playbooks.forms import builder as forms
from playbooks.models import DryRun, Playbook, PlaybookVersion, Run
from playbooks.queries import books

SHOWN = 30


def reader(request: HttpRequest) -> User:
    """Who asks, if they may read playbooks. Raises PermissionDenied for a CSM."""
    user = who(request)
    if user.role == Role.CSM:
        raise PermissionDenied(_("Playbooks are read by leads and written by administrators."))
    return user


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    rows = [(one, books.trigger_in_words(_content(one))) for one in books.listed(user)]
    note = _("What is done for a customer, step by step, and what came of it.")
    context = {"title": _("Playbooks"), "note": note, "rows": rows, "copies": mailbox.copy_address()}
    return render(request, "playbooks/list.html", context)


def _content(playbook: Playbook) -> dict[str, Any]:
    return playbook.active.content if playbook.active else playbook.draft


@require_POST
@administrators_only
def create(request: HttpRequest) -> HttpResponse:
    try:
        made = publishing.create(name=request.POST.get("name", ""), by=who(request), at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("playbooks:playbooks")
    return redirect("playbooks:edit", made.uid)


@require_safe
def playbook(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a playbook does and did: its steps in words, its versions, dry runs and latest runs."""
    user, book = reader(request), _book(uid)
    content = _content(book)
    runs = Run.objects.visible_to(user).filter(playbook=book).select_related("customer", "of").order_by("-started_at")
    found = {
        "title": _(book.name),
        "book": book,
        "purpose": _(book.purpose) if book.purpose else "",
        "trigger": books.trigger_in_words(content),
        "audience": books.rule_in_words(content.get("audience")),
        "goal": books.rule_in_words(content["goal"]) if content.get("goal") else "",
        "lines": books.lines(read(content)),
        "versions": book.versions.select_related("by").prefetch_related("dry_runs"),
        "changed": not book.versions.filter(content=frozen(book.draft)).exists(),
        "faults": faults(read(book.draft), book),
        "runs": runs[:SHOWN],
        "secret": secret_of(str(book.uid)) if user.is_staff else "",
    }
    return render(request, "playbooks/page.html", found)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The builder: one form, kept with every button. Works without JavaScript."""
    book = _book(uid)
    if request.method == "POST":
        try:
            book = _saved(request, book)
        except Stale as stale:
            return _both(request, _book(uid), str(stale))
        if request.POST.get("act") == "done":
            return redirect(book)
    return _drawn(request, _builder(book, Offer(who(request))))


def _drawn(request: HttpRequest, context: dict[str, Any], status: int = HTTPStatus.OK) -> HttpResponse:
    htmx: Any = getattr(request, "htmx", None)
    template = "playbooks/_builder.html" if htmx else "playbooks/edit.html"
    # HTMX draws only what went well.
    return render(request, template, context, status=HTTPStatus.OK if htmx else status)


def _both(request: HttpRequest, book: Playbook, problem: str) -> HttpResponse:
    """What was written here, kept on the screen, over what somebody else saved meanwhile: to save again is to know."""
    mine = _posted(request)
    differing = forms.differing({"name": book.name, "purpose": book.purpose, **book.draft}, {**mine, **mine["draft"]})
    book.name, book.purpose, book.draft = mine["name"] or book.name, mine["purpose"], mine["draft"]
    context = {**_builder(book, Offer(who(request))), "problem": problem, "differing": differing}
    return _drawn(request, context, HTTPStatus.CONFLICT)


def _posted(request: HttpRequest) -> dict[str, Any]:
    draft = forms.draft_of(request.POST)
    draft["steps"] = forms.changed(draft["steps"], request.POST.get("act", ""))
    return {"name": request.POST.get("name", ""), "purpose": request.POST.get("purpose", ""), "draft": draft}


def _saved(request: HttpRequest, book: Playbook) -> Playbook:
    version = request.POST.get("version", "")
    seen = int(version) if version.isdigit() else 0
    return publishing.save(playbook=book, **_posted(request), version=seen, by=who(request), at=clock.now())


def _builder(book: Playbook, offer: Offer) -> dict[str, Any]:
    content = read(book.draft)
    trigger = {**content.trigger, **forms.chosen(content.trigger)}
    kind = str(trigger.get("kind", "hand"))
    steps = zip(content.steps, depths(content.steps), strict=True)
    return {
        "title": _(book.name),
        "book": book,
        "kinds": [(key, label, key == kind) for key, (label, _fields) in forms.TRIGGERS.items()],
        "trigger": forms.shown(forms.asking(kind, content.trigger), trigger, "trigger.", offer),
        "head": forms.shown(forms.HEAD, book.draft, "", offer),
        "steps": [
            (n, depth, step.kind, forms.STEPS[step.kind][0], _fields(n, step, offer))
            for n, (step, depth) in enumerate(steps)
            if step.kind in forms.STEPS
        ],
        "addable": [(key, label) for key, (label, _fields) in forms.STEPS.items()],
        "faults": faults(content, book),
        "placeholders": placeholders.PLACEHOLDERS.items(),
    }


def _fields(n: int, step: Step, offer: Offer) -> list[forms.Shown]:
    return forms.shown(forms.STEPS[step.kind][1], step.data, f"{n}.", offer)


@require_POST
@administrators_only
def publish(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Make a version of the draft, and have its dry run computed."""
    book = _book(uid)

    def act() -> str:
        version = publishing.publish(playbook=book, by=who(request), at=clock.now())
        dry_run.ask(of=version, by=who(request), at=clock.now())
        return _("Version %(number)s is published. Look at its dry run, then put it to work.") % {
            "number": version.number
        }

    return _acted(request, book, act)


@require_POST
@administrators_only
def look(request: HttpRequest, uid: UUID) -> HttpResponse:
    version = get_object_or_404(PlaybookVersion, uid=uid)
    asked = dry_run.ask(of=version, by=who(request), at=clock.now())
    return redirect("playbooks:dry-run", asked.uid)


@require_POST
@administrators_only
def activate(request: HttpRequest, uid: UUID) -> HttpResponse:
    version = get_object_or_404(PlaybookVersion.objects.select_related("playbook"), uid=uid)

    def act() -> str:
        publishing.activate(of=version, by=who(request), at=clock.now())
        return _("%(playbook)s is at work.") % {"playbook": _(version.playbook.name)}

    return _acted(request, version.playbook, act)


@require_POST
@administrators_only
def deactivate(request: HttpRequest, uid: UUID) -> HttpResponse:
    book = _book(uid)

    def act() -> str:
        publishing.deactivate(playbook=book, by=who(request), at=clock.now())
        return _("%(playbook)s starts no more runs. Those that run go on.") % {"playbook": _(book.name)}

    return _acted(request, book, act)


@require_safe
def dry(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What came out of a dry run: of the customers that the reader may see, by name."""
    user = reader(request)
    row = get_object_or_404(DryRun.objects.select_related("of__playbook"), uid=uid)
    names = [*row.found.get("today", ()), *(one[0] for one in row.found.get("past", ()))]
    seen = Customer.objects.visible_to(user).select_related("owner").in_bulk(names)
    context = {
        "title": _("Dry run: %(playbook)s") % {"playbook": _(row.of.playbook.name)},
        "row": row,
        "words": dry_run.words(row.found, row.days),
        "today": [seen[pk] for pk in row.found.get("today", ()) if pk in seen],
        "past": [
            (seen[pk], date.fromisoformat(day), left) for pk, day, left in row.found.get("past", ()) if pk in seen
        ],
        "lines": books.lines(read(row.of.content)),
        "failed": Job.objects.filter(kind=dry_run.JOB, payload__dry_run=row.pk, state=Job.State.FAILED).exists(),
    }
    return render(request, "playbooks/dry_run.html", context)


def _book(uid: UUID) -> Playbook:
    return get_object_or_404(Playbook.objects.select_related("active"), uid=uid)


def _acted(request: HttpRequest, book: Playbook, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except publishing.NotReady as refused:
        messages.error(request, " ".join(str(fault) for fault in refused.faults))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(book)
