from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import who
from churn import ingredients, rows, said
from churn.forms import ReportForm, RetentionForm, label_of
from churn.opening import Asking, open_figure
from churn.pages import Page, Writer, benchmarks, cohorts, movements, overview, reasons, retention, worth
from churn.queries.moved import last_moved
from churn.queries.retention import Asked, Period
from churn.queries.retention.dimensions import is_dimension
from churn.said import as_shown
from churn.said import gettext as _
from core import clock
from core.files import FORMATS, download
from core.replica import on_replica
from customers.queries.attributes import PREFIX, NotReplayable, fields
from customers.rules import RuleError
from subscriptions.domain.missing_rate import MissingRate

Make = Callable[..., Page]
REPORTS: Final[Mapping[str, tuple[str | Promise, Make]]] = {
    "overview": (gettext_lazy("Overview"), overview.page),
    "retention": (gettext_lazy("Retention"), retention.page),
    "movements": (gettext_lazy("Movements"), movements.page),
    "cohorts": (gettext_lazy("Cohorts"), cohorts.page),
    "reasons": (gettext_lazy("Reasons"), reasons.page),
    "benchmarks": (gettext_lazy("Benchmarks"), benchmarks.page),
    "worth": (gettext_lazy("Customer value"), worth.page),
}


@require_safe
@on_replica
@as_shown
def report(request: HttpRequest, name: str) -> HttpResponse:
    """A report of one period over the customers that one may see. The address holds it all."""
    label, make = REPORTS[name]
    form = RetentionForm(request.GET, user=who(request), today=clock.today())
    page, problem = _page(make, form)
    part = page.part(request.GET.get("part", ""))
    if part and request.GET.get("format") in FORMATS:
        period = page.period
        return download(part.as_rows(), f"{name}-{part.key}-{period.start}-{period.end}", request.GET["format"])
    context = {
        "title": _("Reports") if name == "overview" else label,
        "name": name,
        "form": form,
        "page": page,
        "tabs": _tabs(name, form),
        "problems": [*form.problems, *([problem] if problem else [])],
        "here": reverse(f"churn:{name}"),
        "lively": _lively(page, request),
        "narrowed": any(request.GET.values()),
        "query": _without(request, "part", "format"),
    }
    htmx: Any = getattr(request, "htmx", None)
    only_report = bool(htmx) and htmx.target == "report"
    return render(request, f"churn/reports/{'_report' if only_report else 'page'}.html", context)


@require_safe
@on_replica
@as_shown
def figure_rows(request: HttpRequest) -> HttpResponse:
    """One figure of a report, opened: its definition with the numbers put in, and the rows behind it."""
    key, form = request.GET.get("figure", ""), ReportForm(request.GET, user=who(request), today=clock.today())
    period, asked = _period(request), _asked_or_404(form, request)
    writer, format = Writer(said.current().currency, form.state), request.GET.get("format", "")
    try:
        sheet, value = _sheet(Asking(key, period, asked, request.GET.dict()), writer, format)
    except (KeyError, ValueError, OverflowError, MissingRate) as error:
        raise Http404 from error
    if format in FORMATS:
        return download(rows.as_rows(sheet), f"{key}-{period.start}-{period.end}", format)
    context = {
        "title": sheet.label,
        "sheet": sheet,
        "value": value,
        "period": period,
        "known_on": form.known,
        "today": clock.today(),
        "provisional": period.end >= asked.until,
        "kept": form.read("filter"),
        "group": _group(asked, request),
        "currency": writer.currency,
        "query": _without(request, "format"),
    }
    return render(request, "churn/reports/rows.html", context)


def _page(make: Make, form: RetentionForm) -> tuple[Page, str]:
    """The page, or, where the filter can't be read or replayed, one over nobody and why."""
    currency = said.current().currency
    try:
        return make(form, form.asked(), currency=currency), ""
    except (RuleError, NotReplayable, MissingRate) as error:
        nobody = Asked(until=form.until, customers=[], times=said.current().times)
        return make(form, nobody, currency=currency), str(error)


def _lively(page: Page, request: HttpRequest) -> dict[str, Any] | None:
    """Where nothing moved in the page's time: the last month before in which something did, and its address."""
    seems = not page.empty and any(part.is_bare for part in page.parts)
    last = last_moved(page.period.end) if seems else None
    if last is None or last >= page.period.start:
        return None
    asked = request.GET.copy()
    asked["on"], asked["period"] = f"{last.replace(day=1)}", "month"
    return {"month": last, "href": f"?{asked.urlencode()}"}


def _sheet(asking: Asking, writer: Writer, format: str) -> tuple[rows.Sheet, Any]:
    if asking.key in ingredients.MADE:
        return ingredients.sheet(asking.key, asking.period, asking.asked, writer, today=clock.today())
    found = open_figure(asking)
    on = asking.query.get("on")
    most = None if format else rows.MOST
    looked_at = date.fromisoformat(on) if on else None
    return rows.sheet(found, asking.period, writer, on=looked_at, most=most), found


def _tabs(name: str, form: RetentionForm) -> list[dict[str, Any]]:
    address = urlencode(form.address())
    return [
        {"label": label, "href": f"{reverse(f'churn:{key}')}?{address}", "current": key == name}
        for key, (label, _make) in REPORTS.items()
    ]


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
    if form.problems or (by and not is_dimension(by) and not fields([by.removeprefix(PREFIX)])):
        raise Http404
    try:
        return form.asked(by=by)
    except RuleError as error:
        raise Http404 from error


def _group(asked: Asked, request: HttpRequest) -> str:
    return f"{label_of(asked.by)}: {request.GET.get('group') or _('no value')}" if asked.by else ""


def _without(request: HttpRequest, *names: str) -> str:
    """The query of this address without some of it."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()
