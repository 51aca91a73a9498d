from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from churn import pages, rows
from churn.files import download
from churn.forms import ReportForm, RetentionForm
from churn.queries.retention import Asked, Period
from churn.queries.retention.opened import FIGURES as OPENED
from churn.queries.retention.opened import opened
from churn.words import FIGURES
from core import clock
from customers.queries.attributes import NotReplayable, fields
from customers.rules import RuleError
from subscriptions.queries.of_customer import reporting_currency


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Retention in one period beside those before, over the customers that one may see. The address holds it all."""
    form = RetentionForm(request.GET, user=who(request), today=clock.today())
    shown, problem = _page(form)
    if request.GET.get("format") == "csv":
        return download(pages.as_rows(shown), f"retention-{form.chosen.start}-{form.chosen.end}.csv")
    context = {
        "title": _("Retention"),
        "form": form,
        "page": shown,
        "headings": [FIGURES[key].header for key in pages.KEYS],
        "problems": [*form.problems, *([problem] if problem else [])],
        "currency": reporting_currency(),
        "as_csv": _with(request, format="csv"),
    }
    htmx: Any = getattr(request, "htmx", None)
    part = bool(htmx) and htmx.target == "report"
    return render(request, f"churn/retention/{'_report' if part else 'page'}.html", context)


@require_safe
def retention_rows(request: HttpRequest) -> HttpResponse:
    """One figure of the report, opened: its definition with the numbers put in, and the rows behind it."""
    key, form = request.GET.get("figure", ""), ReportForm(request.GET, user=who(request), today=clock.today())
    period, asked = _period(request), _asked_or_404(form, request)
    if key not in OPENED:
        raise Http404
    found = opened(key, period, asked, group=request.GET.get("group") or None)
    writer, as_file = pages.Writer(reporting_currency(), form.state), request.GET.get("format") == "csv"
    sheet = rows.sheet(found, period, writer, most=None if as_file else rows.MOST)
    if as_file:
        return download(rows.as_rows(sheet), f"{key}-{period.start}-{period.end}.csv")
    context = {
        "title": sheet.label,
        "sheet": sheet,
        "opened": found,
        "period": period,
        "known_on": form.known,
        "today": clock.today(),
        "provisional": period.end >= asked.until,
        "kept": form.read("filter"),
        "group": _group(asked, request),
        "currency": writer.currency,
        "as_csv": _with(request, format="csv"),
    }
    return render(request, "churn/retention/rows.html", context)


def who(request: HttpRequest) -> User:
    user: Any = request.user
    return user


def _page(form: RetentionForm) -> tuple[pages.Page, str]:
    """The page, or, where the filter can't be read or replayed, one over nobody and why."""
    currency = reporting_currency()
    try:
        return pages.page(form, form.asked(), currency=currency), ""
    except (RuleError, NotReplayable) as error:
        nobody = Asked(until=form.until, customers=[])
        return pages.page(form, nobody, currency=currency), str(error)


def _period(request: HttpRequest) -> Period:
    try:
        start, end = (date.fromisoformat(request.GET.get(name, "")) for name in ("start", "end"))
    except ValueError as error:
        raise Http404 from error
    if start >= end:
        raise Http404
    return Period(start, end)


def _asked_or_404(form: ReportForm, request: HttpRequest) -> Asked:
    """The question of an address: one that can't be read has no rows."""
    by = request.GET.get("by", "")
    if form.problems or (by and not fields([by])):
        raise Http404
    try:
        return form.asked(by=by)
    except RuleError as error:
        raise Http404 from error


def _group(asked: Asked, request: HttpRequest) -> str:
    if not asked.by:
        return ""
    return f"{fields([asked.by])[asked.by].label}: {request.GET.get('group') or _('no value')}"


def _with(request: HttpRequest, **changes: str) -> str:
    """This address with something else in it."""
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}"
