from datetime import date

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from accounts.domain import users
from accounts.models import User
from core import clock
from desk.bulk_forms import BulkCompleteForm, BulkReassignForm, BulkSnoozeForm, PlayForm
from desk.forms import PaceForm, QueueForm
from desk.guards import part, writes
from desk.queries.board import board
from desk.queries.pane import pane
from desk.queue_lines import Lines
from subscriptions.queries.of_customer import reporting_currency
from usage.queries.sources import open_silences

# What HTMX asks to be replaced, and the part of the page that it is.
PARTS = {"board": "desk/queue/_board.html", "pane": "desk/queue/_pane.html"}


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The queue with one item of it open; only the board or the item's pane where HTMX asks for that."""
    return show(request, item=request.GET.get("item", ""))


@writes
def set_pace(request: HttpRequest) -> HttpResponse:
    """Set how many tasks make up one's own day."""
    form = PaceForm(request.POST)
    if form.is_valid():
        users.change(user=who(request), values=form.cleaned_data, at=clock.now())
    else:
        messages.error(request, " ".join(f"{error}" for error in form.errors["tasks_a_day"]))
    return redirect("desk:queue")


def show(request: HttpRequest, *, item: str) -> HttpResponse:
    """The queue that the address asks for, with the item of the uid ``item`` open, or its first."""
    user, today = who(request), clock.today()
    form = QueueForm(request.GET, user=user)
    found = board(user=user, view=form.view, today=today, item=item)
    currency = reporting_currency()
    context = {
        "title": _("Queue"),
        "form": form,
        "board": found,
        "lines": Lines(
            reader=user,
            today=today,
            currency=currency,
            base=form.base,
            chosen=found.chosen.item.uid if found.chosen else None,
            focus=bool(getattr(request, "htmx", None)),
            ticks=user.may_write,
        ),
        # The page comes with its list alone: the pane follows by itself, unless one item was asked for.
        "pane": pane(row=found.chosen, user=user, today=today) if found.chosen and item else None,
        "bulk": _bulk_forms(user, today) if user.may_write else None,
        "pace": PaceForm(initial={"tasks_a_day": user.tasks_a_day}) if user.may_write else None,
        "today": today,
        "currency": currency,
        "silences": open_silences() if user.is_staff else [],
    }
    return render(request, part(request, PARTS, "desk/queue/page.html"), context)


def _bulk_forms(user: User, today: date) -> dict[str, Form]:
    """What is done to the ticked tasks: one form for each, all sent with the ticks."""
    return {
        "complete": BulkCompleteForm(auto_id="ticked_%s"),
        "snooze": BulkSnoozeForm(auto_id="ticked_%s", today=today),
        "reassign": BulkReassignForm(auto_id="ticked_%s", by=user),
        "play": PlayForm(auto_id="ticked_%s"),
    }
