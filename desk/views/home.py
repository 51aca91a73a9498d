"""The first page: one's day, the state of the book, and what has changed since the last visit."""

from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import leads, who
from accounts.domain.notices import visited
from core import clock
from desk.queries import home as first
from desk.queries.home.lists import params
from desk.queries.team import loads
from subscriptions.queries.shown import shown

TEAM = 10  # of whom the load is shown
LONGEST = timedelta(days=92)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The day of a CSM, the team of a lead, and for an administrator what there is to set up."""
    user, today, as_shown = who(request), clock.today(), shown()
    scope, now = first.scope_of(user), clock.now()
    since = visited(user=user, at=now, first=now - timedelta(days=7))
    team = None if scope.mine else loads(user, today, most=TEAM)
    size = sum(row.customers for row in team or []) if len(team or []) < TEAM else None
    context = {
        "title": _("Home"),
        "today": today,
        "scope": scope,
        "shown": as_shown,
        "since": since,
        "over": first.overview(scope, today=today, since=since, size=size),
        "day": first.day_of(user, today) if scope.mine else None,
        "team": team,
        "missing": first.missing() if user.is_staff else [],
        "leads": leads(user),
        "currency": as_shown.currency,
    }
    return render(request, "desk/home/page.html", context)


@require_safe
def rows(request: HttpRequest, key: str) -> HttpResponse:
    """The rows behind a figure of the home page, in the side sheet or on a page of their own."""
    scope, today, since = first.scope_of(who(request)), clock.today(), _since(request)
    try:
        listing = first.opened(scope, key, params(today, since, clock.today(since)))
    except KeyError as error:
        raise Http404 from error
    context = {"title": listing.label, "listing": listing, "shown": shown(), "today": today, "since": since}
    return render(request, "desk/home/rows.html", context)


def _since(request: HttpRequest) -> datetime:
    """The instant of the address; a week ago where it has none, and never longer than a quarter."""
    try:
        given = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        given = None
    now = clock.now()
    if given is None or given.tzinfo is None:
        return now - timedelta(days=7)
    return min(max(given, now - LONGEST), now)
