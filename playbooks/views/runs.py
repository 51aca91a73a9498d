"""One run for one customer, and the mails that wait to be read."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import who, writers_only
from core import clock
from core.errors import Stale
from playbooks.domain.book.content import read
from playbooks.domain.run import ending, letters
from playbooks.models import Letter, Run
from playbooks.queries import books


@require_safe
def run(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What happened for this customer, and what comes next."""
    found = _run(request, uid)
    done = {step.index: step for step in found.steps.select_related("work_item")}
    content = read(found.of.content)
    context: dict[str, Any] = {
        "title": _("%(playbook)s for %(customer)s") % {"playbook": _(found.playbook.name), "customer": found.customer},
        "run": found,
        "lines": books.lines(content, done=done, next_index=found.index if found.is_live else None),
        "letters": found.letters.select_related("contact", "text").order_by("pk"),
        "waits": found.is_live and found.due_at > clock.now(),
        "ended": found.index >= len(content.steps),
    }
    return render(request, "playbooks/run.html", context)


@require_POST
@writers_only
def act(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Pause, resume, skip ahead or stop."""
    found = _run(request, uid)
    by, at, what = who(request), clock.now(), request.POST.get("act", "")
    index = request.POST.get("index", "")
    acts: dict[str, Callable[[], Any]] = {
        "pause": lambda: ending.pause(run=found, by=by, at=at),
        "resume": lambda: ending.resume(run=found, by=by, at=at),
        "skip": lambda: ending.skip(run=found, index=int(index) if index.isdigit() else -1, by=by, at=at),
        "stop": lambda: ending.stop(run=found, by=by, at=at),
    }
    try:
        acts.get(what, lambda: None)()
    except Stale as stale:
        messages.error(request, str(stale))
    return redirect("playbooks:run", uid)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def letter(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Read a draft, change it, and send it or not."""
    rows = Letter.objects.visible_to(who(request)).select_related("contact", "text", "run__playbook", "customer")
    found = get_object_or_404(rows.select_related("work_item", "sender"), uid=uid)
    if request.method == "POST":
        return _decided(request, found)
    context = {"title": _("Mail to %(contact)s") % {"contact": found.contact}, "letter": found}
    return render(request, "playbooks/letter.html", context)


def _decided(request: HttpRequest, found: Letter) -> HttpResponse:
    subject, body = request.POST.get("subject", "").strip(), request.POST.get("body", "").strip()
    try:
        if request.POST.get("act") == "drop":
            letters.drop(letter=found, by=who(request), at=clock.now())
            messages.success(request, _("It is not sent. The playbook goes on."))
        elif not subject or not body:
            messages.error(request, _("A mail needs a subject and words."))
            return redirect("playbooks:letter", found.uid)
        else:
            letters.approve(letter=found, subject=subject, body=body, by=who(request), at=clock.now())
            messages.success(request, _("It is on its way to %(contact)s.") % {"contact": found.contact})
    except Stale as stale:
        messages.error(request, str(stale))
    return redirect("desk:queue")


@require_safe
def of_task(request: HttpRequest, uid: UUID) -> HttpResponse:
    """From a task in the queue to the mail that it asks to read."""
    rows = Letter.objects.visible_to(who(request)).filter(work_item__uid=uid).order_by("-pk")
    found = rows.first()
    return redirect("playbooks:letter", found.uid) if found else redirect("desk:queue")


def _run(request: HttpRequest, uid: UUID) -> Run:
    rows = Run.objects.visible_to(who(request)).select_related("playbook", "of", "customer", "waits_for")
    return get_object_or_404(rows, uid=uid)
