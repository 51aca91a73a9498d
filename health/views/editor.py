"""The editor of a scorecard: a form, a draft, what the draft would change, a version."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import administrators_only, who
from core import clock
from core.errors import Stale
from customers.builder.field import Offer, RuleWidget, Typed
from customers.models import Customer
from health.domain import drafts
from health.domain.differences import differences
from health.domain.parse import DefinitionError
from health.editor.posted import acted, definition_of
from health.editor.shown import shown
from health.models import Scorecard, ScorecardDraft

SHOWN = 25
RULE = "applies"
AT_WORK = re.compile(r"-point:(\d+)\.(\d+)")
CHOSEN = re.compile(r"g(\d+)\.m(\d+)\.key$")


@dataclass(slots=True)
class Edited:
    """A definition on the screen: its rule as rows, what is wrong with it, and the state it was made from."""

    definition: dict[str, Any]
    rule: Any
    seen: str
    problems: list[tuple[str, str]]
    theirs: list[tuple[str, str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a scorecard as a draft, and see what it would do to today's customers."""
    card = get_object_or_404(Scorecard, key=key)
    if request.method != "POST":
        return _page(request, card, _stored(card))
    edited, act = _posted(request)
    if act:
        return _page(request, card, edited)
    try:
        drafts.keep(scorecard=card, definition=edited.definition, by=who(request), at=clock.now(), seen=edited.seen)
    except DefinitionError as error:
        edited.problems = error.problems
        return _page(request, card, edited, status=422)
    except Stale:
        return _stale(request, card, edited)
    messages.success(request, _("The draft is kept. What it would change stands beside it."))
    return redirect("health:scorecard", key)


def _posted(request: HttpRequest) -> tuple[Edited, bool]:
    """What was typed, after the button that was pressed; whether one was that saves nothing."""
    widget = RuleWidget(offer=Offer(who(request), without_filters=True))
    rule = widget.value_from_datadict(request.POST, {}, RULE) or Typed(root=widget.empty())
    definition = definition_of(request.POST, widget.data_from(request.POST, RULE))
    act = request.POST.get("act", "")
    edited = Edited(acted(definition, act), rule, request.POST.get("seen", ""), [], [])
    return edited, bool(act or rule.act)


def _stored(card: Scorecard) -> Edited:
    definition = _latest(card)
    return Edited(dict(definition), definition.get("applies"), drafts.state(card), [], [])


def _latest(card: Scorecard) -> Mapping[str, Any]:
    draft = ScorecardDraft.objects.filter(scorecard=card).first()
    version = card.versions.order_by("-number").first()
    found: Any = draft or version
    return found.definition if found else drafts.EMPTY


def _stale(request: HttpRequest, card: Scorecard, edited: Edited) -> HttpResponse:
    """Theirs beside what was typed here: saving again puts this in the place of theirs, knowingly."""
    edited.theirs = differences(_latest(card), edited.definition)
    edited.seen = drafts.state(card)
    return _page(request, card, edited, status=409)


def _page(request: HttpRequest, card: Scorecard, edited: Edited, status: int = 200) -> HttpResponse:
    offer = Offer(who(request), without_filters=True)
    context: dict[str, Any] = {
        "title": card.name,
        "card": card,
        "edited": edited,
        "shown": shown(edited.definition, edited.problems, at_work=_at_work(request)),
        "rule": RuleWidget(offer=offer).render(RULE, edited.rule),
    }
    htmx: Any = getattr(request, "htmx", None)
    if htmx and htmx.target == "scorecard":
        return render(request, "health/scorecards/_form.html", context)
    draft = ScorecardDraft.objects.filter(scorecard=card).select_related("scorecard", "changed_by").first()
    context |= {"draft": draft, "latest": card.versions.order_by("-number").first(), "state": drafts.state(card)}
    if draft and request.method != "POST":
        context |= _preview(draft, context["latest"])
    return render(request, "health/scorecards/edit.html", context, status=status)


def _at_work(request: HttpRequest) -> str:
    """The measure that a button or a choice was of, as ``0.1``."""
    found = AT_WORK.search(request.POST.get("act", "")) or CHOSEN.match(request.headers.get("HX-Trigger-Name", ""))
    return f"{found[1]}.{found[2]}" if found else ""


def _preview(draft: ScorecardDraft, latest: Any) -> dict[str, Any]:
    try:
        found = drafts.preview(draft)
    except DefinitionError as error:  # a measure that it has is gone since
        return {"broken": str(error)}
    names = Customer.objects.in_bulk([one.customer for one in found.changes[:SHOWN]])
    return {
        "preview": found,
        "moves": sorted(found.bands.items(), key=lambda one: -one[1]),
        "changes": [(names[one.customer], one) for one in found.changes[:SHOWN]],
        "more": max(0, len(found.changes) - SHOWN),
        "changed": differences(latest.definition, draft.definition) if latest else [],
    }


@require_POST
@administrators_only
def picture(request: HttpRequest, key: str) -> HttpResponse:
    """The curve of one measure as it is typed: ``at`` names it, ``g0.m1``."""
    definition = definition_of(request.POST, None)
    for group in shown(definition).groups:
        for one in group.items:
            if one.at == request.GET.get("at"):
                return HttpResponse(one.curve)
    return HttpResponse("")


@require_POST
@administrators_only
def create(request: HttpRequest) -> HttpResponse:
    try:
        made = drafts.create(name=request.POST.get("name", ""), by=who(request), at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("health:scorecards")
    return redirect("health:scorecard", made.key)


@require_POST
@administrators_only
def publish(request: HttpRequest, key: str) -> HttpResponse:
    draft = get_object_or_404(ScorecardDraft.objects.select_related("scorecard"), scorecard__key=key)
    try:
        version = drafts.publish_draft(draft=draft, by=who(request), at=clock.now(), seen=request.POST.get("seen"))
    except Stale as stale:
        messages.error(request, _("%(stale)s Look at it, then publish.") % {"stale": stale})
        return redirect("health:scorecard", key)
    except DefinitionError as error:
        messages.error(request, _("Nothing was published. %(wrong)s") % {"wrong": error})
        return redirect("health:scorecard", key)
    said = _("%(version)s scores from tomorrow's view on; what was scored before stays as it was.")
    messages.success(request, said % {"version": version})
    return redirect("health:scorecards")


@require_POST
@administrators_only
def discard(request: HttpRequest, key: str) -> HttpResponse:
    ScorecardDraft.objects.filter(scorecard__key=key).delete()
    if Scorecard.objects.filter(key=key, versions=None).delete()[0]:
        return redirect("health:scorecards")
    return redirect("health:scorecard", key)
