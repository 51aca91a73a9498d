"""What is due, what is agreed for later, and who was kept."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from accounts.models import User
from core import clock
from core.clock import AsOf
from core.files import FORMATS, download
from customers.models import Customer
from subscriptions import sheets
from subscriptions.domain import rulesets
from subscriptions.queries import calendar, saved
from subscriptions.queries.committed import Scheduled, committed, scheduled
from subscriptions.queries.shown import shown

LISTED: Final = 100
AHEAD: Final = (30, 90, 365)
SIDES: Final[dict[str, Callable[[Decimal], bool]]] = {"gains": lambda one: one > 0, "losses": lambda one: one < 0}


@require_safe
def renewals_page(request: HttpRequest) -> HttpResponse:
    """Terms that end, by month, with what became of them; below, those of one month."""
    at, today = AsOf.live(), clock.today()
    months = calendar.months(today)
    chosen = calendar.chosen(request.GET.get("month", ""), months, today)
    found = calendar.due(who(request), at, months)
    state = request.GET.get("state", "")
    part = found.part(chosen, state)
    if (format := request.GET.get("format")) in FORMATS:
        return download(sheets.of_renewals(part.listed(), shown()), f"renewals-{chosen:%Y-%m}", format)
    context = {
        "title": _("Money"),
        "note": _note(),
        "months": calendar.by_month(found, today),
        "chosen": chosen,
        "state": state,
        "states": calendar.STATES,
        "rows": part.listed(LISTED),
        "count": part.count,
        "some": part.count,
        "sum": part.mrr,
        "today": today,
        "shown": shown(),
    }
    return render(request, "subscriptions/money/renewals.html", context)


def _note() -> str:
    rules = rulesets.rules(rulesets.current())
    terms = {"months": rules["renewal_term_months"], "days": rules["renewal_paid_within_days"]}
    text = _("Terms of %(months)s months and more that end, and whether the customer pays on within %(days)s days.")
    return text % terms


@require_safe
def committed_page(request: HttpRequest) -> HttpResponse:
    """MRR now and with what is agreed for later, in 30, 90 and 365 days; and what is agreed."""
    at, ids = AsOf.live(), _ids(who(request))
    try:
        days = int(request.GET.get("days", "365"))
    except ValueError:
        days = 365
    days = days if days in AHEAD else 365
    figures = {ahead: committed(at, until=at.day + timedelta(days=ahead), customers=ids) for ahead in AHEAD}
    side = request.GET.get("side", "")
    rows = scheduled(at, until=at.day + timedelta(days=days), customers=ids)
    if side in SIDES:
        rows = [row for row in rows if SIDES[side](row.amount)]
    if (format := request.GET.get("format")) in FORMATS:
        return download(sheets.of_agreed(_named(rows), shown()), f"committed-{clock.today()}-{days}-days", format)
    context = {
        "title": _("Money"),
        "note": _("What is paid now, and what it comes to with the changes that are agreed and known."),
        "figures": list(figures.items()),
        "chosen": figures[days],
        "days": days,
        "side": side,
        "rows": _named(rows[:LISTED]),
        "some": rows,
        "sum": sum((row.amount for row in rows), Decimal(0)),
        "count": len(rows),
        "today": clock.today(),
        "shown": shown(),
    }
    return render(request, "subscriptions/money/committed.html", context)


@require_safe
def saves_page(request: HttpRequest) -> HttpResponse:
    """Who wanted to leave and took something else, in the last twelve months, and whether they still pay."""
    since = clock.today() - timedelta(days=365)
    found = saved.saves(who(request), AsOf.live(), since=since)
    asked = [request.GET.get(name, "") for name in ("kind", "currency", "stays")]
    rows = [row for row in found if row.matches(*asked)]
    if (format := request.GET.get("format")) in FORMATS:
        return download(sheets.of_saves(rows, shown()), f"saves-{clock.today()}", format)
    context: dict[str, Any] = {
        "title": _("Money"),
        "note": _("Who wanted to leave and took less, a pause or another interval instead, in the last 12 months."),
        "kinds": saved.by_kind(found),
        "rows": rows[:LISTED],
        "count": len(rows),
        "some": rows,
        "sums": saved.by_currency(rows),
        "narrowed": any(asked),
        "today": clock.today(),
        "shown": shown(),
    }
    return render(request, "subscriptions/money/saves.html", context)


def _named(rows: Sequence[Scheduled]) -> list[tuple[Customer, Scheduled]]:
    found = Customer.objects.only("pk", "uid", "name").in_bulk({row.customer_id for row in rows})
    return [(found[row.customer_id], row) for row in rows]


def _ids(user: User) -> Sequence[int] | None:
    """Those that a user sees; None is everybody."""
    return None if user.sees_everything else list(Customer.objects.visible_to(user).values_list("pk", flat=True))
