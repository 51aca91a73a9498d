import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrators_only, who
from core import clock
from customers.models import Customer
from health import catalogue
from health.domain import drafts
from health.domain.backtest import Asked, Refused, runs
from health.domain.backtest.asked import last_year
from health.forms.scorecards import DefinitionForm
from health.models import Scorecard, ScorecardDraft

SHOWN = 25


@require_safe
def scorecards(request: HttpRequest) -> HttpResponse:
    """The scorecards in order, with whom each is for and what enters it."""
    context = {
        "title": _("Scorecards"),
        "note": _("The first in order whose rule fits a customer scores them."),
        "cards": catalogue.cards(),
    }
    return render(request, "health/scorecards/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a scorecard as a draft, and see what it would do to today's customers."""
    card = get_object_or_404(Scorecard, key=key)
    draft = ScorecardDraft.objects.filter(scorecard=card).select_related("scorecard", "changed_by").first()
    latest = card.versions.order_by("-number").first()
    shown = draft.definition if draft else latest.definition if latest else {}
    form = DefinitionForm(request.POST or None, initial={"definition": _written(shown)})
    if request.method == "POST" and form.is_valid():
        drafts.keep(scorecard=card, definition=form.cleaned_data["definition"], by=who(request), at=clock.now())
        messages.success(request, _("The draft is kept. Below stands what it would change."))
        return redirect("health:scorecard", key)
    preview = drafts.preview(draft) if draft and not form.errors else None
    changes = preview.changes[:SHOWN] if preview else []
    names = Customer.objects.in_bulk([one.customer for one in changes])
    context = {
        "title": card.name,
        "card": card,
        "draft": draft,
        "latest": latest,
        "form": form,
        "preview": preview,
        "moves": sorted(preview.bands.items(), key=lambda one: -one[1]) if preview else [],
        "changes": [(names[one.customer], one) for one in changes],
    }
    return render(request, "health/scorecards/edit.html", context, status=400 if form.errors else 200)


@require_POST
@administrators_only
def publish(request: HttpRequest, key: str) -> HttpResponse:
    draft = get_object_or_404(ScorecardDraft.objects.select_related("scorecard"), scorecard__key=key)
    version = drafts.publish_draft(draft=draft, by=who(request), at=clock.now())
    said = _("%(version)s scores from tomorrow's view on; what was scored before stays as it was.")
    messages.success(request, said % {"version": version})
    return redirect("health:scorecards")


@require_POST
@administrators_only
def discard(request: HttpRequest, key: str) -> HttpResponse:
    ScorecardDraft.objects.filter(scorecard__key=key).delete()
    return redirect("health:scorecard", key)


@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """Every measure: what it means, how many customers have it, how it lies, and how well it alone separates."""
    context = {
        "title": _("Measures"),
        "note": _("Every number of a customer has one definition, wherever it is shown."),
        "page": catalogue.page(who(request)),
    }
    return render(request, "health/measures.html", context)


@require_POST
@administrators_only
def test_measures(request: HttpRequest) -> HttpResponse:
    """Ask how well each measure alone separates, over all customers."""
    today = clock.today()
    start, end = last_year(today)
    try:
        run = runs.start(asked=Asked((runs.MEASURES,), start, end, today), by=who(request), at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("health:measures")
    messages.success(request, _("Every measure is being tested alone, over %(days)s days.") % {"days": run.days})
    return redirect("health:measures")


def _written(definition: Any) -> str:
    return json.dumps(definition, indent=1, ensure_ascii=False)
