from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrators_only, who
from accounts.models import Role
from core import clock
from core.models import ExternalId, Job, Source
from health import proofs, suggested
from health.domain import drafts
from health.domain.backtest import Asked, Refused, runs, weights
from health.forms.backtests import BacktestForm, OldScoreForm, PeriodForm
from health.listed import Listed
from health.models import BacktestRun, ForeignScore, Scorecard

SHOWN = 12


@require_http_methods(["GET", "HEAD", "POST"])
def backtests(request: HttpRequest) -> HttpResponse:
    """Ask for a back-test; the latest ones."""
    form = BacktestForm(request.POST or None, **_period(request), initial={"subject": request.GET.get("subject")})
    if request.method == "POST" and (run := _started(request, form)):
        return redirect("health:backtest", run.uid)
    listed = BacktestRun.objects.visible_to(who(request)).exclude(asked__subjects=[runs.MEASURES])
    context = {
        "title": _("Back-test"),
        "note": _("Did the score say beforehand who would leave? Replayed with only what was known on each day."),
        "form": form,
        "runs": [Listed(one) for one in listed.select_related("by")[:SHOWN]],
    }
    return render(request, "health/backtest/list.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def old_score(request: HttpRequest) -> HttpResponse:
    """Test the scores of another tool."""
    form = OldScoreForm(request.POST or None, **_period(request))
    named = ExternalId.objects.filter(noun="customer").values("source")
    if request.method == "POST" and (run := _started(request, form)):
        return redirect("health:backtest", run.uid)
    context = {
        "title": _("Test your old score"),
        "note": _("What would the score of the tool you had have told you? Beside ours, on the same days."),
        "form": form,
        "loaded": ForeignScore.objects.exists(),
        "backtests_url": reverse("health:backtests"),
        "sources": Source.objects.filter(pk__in=named).values_list("key", "label"),
    }
    return render(request, "health/backtest/old_score.html", context, status=400 if form.errors else 200)


@require_safe
def backtest(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One back-test: how far it is, or what came out."""
    run = _run_or_404(request, uid)
    polled = _is_polled(request)
    if run.state == BacktestRun.State.RUNNING:
        return _running(request, run, polled)
    if polled:  # the answer takes the place of the page, not of its progress
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "title": Listed(run).title,
        "run": run,
        "proof": proofs.proof(run, user=who(request)),
        "may_weigh": who(request).role == Role.ADMINISTRATOR,
        "weighable": suggested.weighable(run),
        "weights": suggested.weights(run),
        "address": request.build_absolute_uri(f"/proof/{run.shared}/") if run.shared else "",
    }
    return render(request, "health/backtest/page.html", context)


@require_POST
@administrators_only
def suggest_weights(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Fit the weights of the scorecard that a run tested, over the same past."""
    run = _run_or_404(request, uid)
    card = suggested.weighable(run)
    if card is None:
        raise Http404
    asked = replace(Asked.of(run.asked), subjects=(f"{weights.KIND}{card}",), today=clock.today())
    try:
        return redirect("health:backtest", runs.start(asked=asked, by=who(request), at=clock.now()).uid)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("health:backtest", run.uid)


@require_POST
@administrators_only
def keep_weights(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Keep the weights that a run suggests as the draft of their scorecard."""
    found = (_run_or_404(request, uid).result or {}).get("weights")
    if not found:
        raise Http404
    card = get_object_or_404(Scorecard, key=found["scorecard"])
    drafts.keep(scorecard=card, definition=found["definition"], by=who(request), at=clock.now())
    messages.success(request, _("The draft is kept. Below stands what it would change."))
    return redirect("health:scorecard", card.key)


@require_POST
def share(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Give a run an address without names, or take it back."""
    run = _run_or_404(request, uid)
    if run.by_id != who(request).pk and not who(request).is_staff:
        raise Http404
    if request.POST.get("stop"):
        runs.unshare(run=run)
        messages.success(request, _("The address shows nothing any more."))
    elif run.state == BacktestRun.State.DONE:
        runs.share(run=run)
        messages.success(request, _("Whoever has the address sees this page, without any name."))
    return redirect("health:backtest", run.uid)


@login_not_required
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """A back-test for whoever has its address: figures and pictures, no customer's name."""
    run = get_object_or_404(BacktestRun.objects.exclude(shared=""), shared=token, state=BacktestRun.State.DONE)
    context = {"title": Listed(run).title, "run": run, "proof": proofs.proof(run, user=None)}
    return render(request, "health/backtest/shared.html", context)


def _is_polled(request: HttpRequest) -> bool:
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and htmx.target == "progress"


def _running(request: HttpRequest, run: BacktestRun, polled: bool) -> HttpResponse:
    failed = Job.objects.filter(kind=runs.JOB, payload__run=run.pk, state=Job.State.FAILED).first()
    context = {"title": Listed(run).title, "run": run, "failed": failed}
    return render(request, f"health/backtest/{'_progress' if polled else 'running'}.html", context)


def _run_or_404(request: HttpRequest, uid: UUID) -> BacktestRun:
    return get_object_or_404(BacktestRun.objects.visible_to(who(request)), uid=uid)


def _period(request: HttpRequest) -> dict[str, Any]:
    return {"today": clock.today(), "customers": runs.visible_to(who(request))}


def _started(request: HttpRequest, form: PeriodForm) -> BacktestRun | None:
    if not form.is_valid():
        return None
    try:
        return runs.start(asked=form.asked(), by=who(request), at=clock.now())  # type: ignore[attr-defined]
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
