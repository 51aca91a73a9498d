from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import administrators_only, who
from core import clock
from health import catalogue
from health.domain.backtest import Asked, Refused, runs
from health.queries.period import usual


@require_safe
def scorecards(request: HttpRequest) -> HttpResponse:
    """The scorecards in order, with whom each is for and what enters it."""
    context = {
        "title": _("Scorecards"),
        "note": _("The first in order whose rule fits a customer scores them."),
        "cards": catalogue.cards(),
        "unpublished": catalogue.unpublished(),
    }
    return render(request, "health/scorecards/list.html", context)


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
    start, end = usual(today)
    try:
        run = runs.start(asked=Asked((runs.MEASURES,), start, end, today), by=who(request), at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("health:measures")
    messages.success(request, _("Every measure is being tested alone, over %(days)s days.") % {"days": run.days})
    return redirect("health:measures")
