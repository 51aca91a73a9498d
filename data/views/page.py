from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import administrators_only
from data.queries.coverage import coverage
from data.queries.sources import sources


@require_safe
@administrators_only
def page(request: HttpRequest) -> HttpResponse:
    """Every source with its freshness; what scores still lack follows by itself."""
    context = {
        "title": _("Data"),
        "note": _("Where it comes from, how fresh it is, and what a good score still lacks."),
        "sources": sources(),
    }
    return render(request, "data/page.html", context)


@require_safe
@administrators_only
def lacking(request: HttpRequest) -> HttpResponse:
    """The part of the page that asks the measures; a page of its own without a script."""
    part: Any = getattr(request, "htmx", None)
    context = {"title": _("What a good score still lacks"), "coverage": coverage()}
    return render(request, "data/_lacking.html" if part else "data/lacking.html", context)
