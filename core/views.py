from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock, navigation
from core import search as searching
from core.styleguide import pictures, samples

YEAR = 365 * 24 * 3600
LONGEST = 100
CHOICES = {"theme": {"system", "light", "dark"}, "rail": {"wide", "narrow"}}


@login_not_required
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep how someone wants their pages to look (theme, rail) in a cookie, and go back."""
    response = HttpResponseRedirect(_safe(request, request.POST.get("next", "/")))
    for name, allowed in CHOICES.items():
        if request.POST.get(name) in allowed:
            response.set_cookie(name, request.POST[name], max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


def _safe(request: HttpRequest, address: str) -> str:
    hosts = {request.get_host()}
    return address if url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure()) else "/"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Customers, people and pages by a few letters: as a page, or the list alone for the dialog of the top line."""
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST]
    context = {"title": _("Search"), "words": words, "groups": searching.search(request.user, words)}
    whole = not getattr(request, "htmx", None)
    return render(request, "core/search/page.html" if whole else "core/search/_found.html", context)


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component on one page. Staff only."""
    _guard(request)
    context = samples.context(clock.today()) | pictures.context()
    return render(request, "core/styleguide/page.html", {"title": _("Style guide"), **context})


def styleguide_figure(request: HttpRequest) -> HttpResponse:
    """What opens from a figure of the style guide: in the side sheet, or as a page."""
    _guard(request)
    context = samples.context(clock.today())
    return render(request, "core/styleguide/figure.html", {"title": _("Net revenue retention"), **context})


def _guard(request: HttpRequest) -> None:
    if not navigation.staff(request.user):
        raise PermissionDenied
