from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from desk.forms import QueueForm
from desk.guards import part, who
from desk.queries.board import board
from desk.queries.pane import pane
from subscriptions.queries.of_customer import reporting_currency

# What HTMX asks to be replaced, and the part of the page that it is.
PARTS = {"board": "desk/queue/_board.html", "pane": "desk/queue/_pane.html"}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("desk:queue")


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The queue with one item of it open; only the board or the item's pane where HTMX asks for that."""
    return show(request, item=request.GET.get("item", ""))


def show(request: HttpRequest, *, item: str) -> HttpResponse:
    """The queue that the address asks for, with the item of the uid ``item`` open, or its first."""
    user, today = who(request), clock.today()
    form = QueueForm(request.GET, user=user)
    found = board(user=user, view=form.view, today=today, item=item)
    context = {
        "title": _("Queue"),
        "form": form,
        "board": found,
        "pane": pane(row=found.chosen, user=user, today=today) if found.chosen else None,
        "today": today,
        "currency": reporting_currency(),
    }
    return render(request, part(request, PARTS, "desk/queue/page.html"), context)
