"""The book by risk, and how customers moved between bands; each figure opens its rows."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from core.charts import Mark, Series, stacked
from customers.models import Band, Customer
from health.book_picture import picture
from health.queries import book as query
from health.queries.movements import SCORED, Move, months_before, moves, who_moved
from subscriptions.queries.of_customer import reporting_currency

SHOWN = 200
PAIRS = [(before, after) for before in reversed(SCORED) for after in reversed(SCORED) if before != after]


@require_safe
def book(request: HttpRequest) -> HttpResponse:
    today, currency = clock.today(), reporting_currency()
    found = query.book(who(request), today)
    context = {
        "title": _("The book by risk"),
        "note": _("Who pays, how they are, and how soon they can leave. MRR at risk is MRR × the chance to leave."),
        "book": found,
        "chart": picture(found.dots, currency=currency) if found.dots else None,
        "windows": [(key, query.WINDOWS[key][0], found.total(window=key)) for key in _told(found)],
        "rows": [_row(found, band) for band in query.BANDS if found.total(band=band).customers],
        "total": found.total(),
        "currency": currency,
    }
    return render(request, "health/book.html", context)


def _row(found: query.Book, band: Band) -> tuple[str, Any, list[query.Cell], query.Cell]:
    cells = [found.cells.get((band.value, key), query.Cell(band.value, key)) for key in _told(found)]
    return band.value, band.label, cells, found.total(band=band.value)


def _told(found: query.Book) -> list[str]:
    """The times to a renewal in which anybody renews."""
    return [key for key in query.WINDOWS if found.total(window=key).customers]


@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """The customers behind one figure of the book."""
    band, window = request.GET.get("band", ""), request.GET.get("window", "")
    found = query.rows_of(who(request), clock.today(), band=band if band in Band.values else "", window=window)
    label = query.WINDOWS[window][0] if window in query.WINDOWS else ""
    named = [str(Band(band).label)] if band in Band.values else []
    note = ", ".join([*named, *([_("renewal: %(window)s") % {"window": label}] if label else [])])
    context = {"title": _("Customers"), "note": note, "customers": found[:SHOWN], "count": found.count()}
    return render(request, "health/book_rows.html", context | {"currency": reporting_currency()})


@require_safe
def movements(request: HttpRequest) -> HttpResponse:
    """From band to band, month by month."""
    today = clock.today()
    found = moves(who(request), today)
    months = [one for one in months_before(today) if one.day == 1]
    by = {(one.month, one.before, one.after): one for one in found}
    context = {
        "title": _("Moves between bands"),
        "note": _("Where customers stood when a month began and when it ended, by the score as it was computed then."),
        "months": [
            (month, [_cell(by, month, pair) for pair in PAIRS], _sums(found, month)) for month in reversed(months)
        ],
        "pairs": [(Band(before), Band(after)) for before, after in PAIRS],
        "chart": _chart(found, months, today) if found else None,
        "currency": reporting_currency(),
    }
    return render(request, "health/movements.html", context)


def _cell(by: dict[Any, Move], month: date, pair: tuple[str, str]) -> tuple[Move | None, str]:
    return by.get((month, *pair)), _address(month, f"{pair[0]}>{pair[1]}")


def _sums(found: list[Move], month: date) -> dict[str, Any]:
    worse = [one for one in found if one.month == month and one.worse]
    better = [one for one in found if one.month == month and one.better]
    return {
        "worse": sum(one.customers for one in worse),
        "worse_mrr": sum(one.mrr for one in worse),
        "better": sum(one.customers for one in better),
        "better_mrr": sum(one.mrr for one in better),
        "worse_href": _address(month, "worse"),
        "better_href": _address(month, "better"),
    }


def _address(month: date, move: str) -> str:
    return f"{reverse('health:moved')}?month={month}&move={move}"


def _chart(found: list[Move], months: list[date], today: date) -> Any:
    def marks(better: bool) -> list[Mark]:
        made = []
        for month in months:
            sums, name = _sums(found, month), "better" if better else "worse"
            value = sums[name] if better else -sums[name]
            running = (month.year, month.month) == (today.year, today.month)
            label = date_format(month, "M y")
            made.append(Mark(label=label, value=value, href=sums[f"{name}_href"], unfinished=running))
        return made

    series = [Series(_("got better"), marks(True), "good"), Series(_("got worse"), marks(False), "risk")]
    return stacked(series, title=_("Customers who moved to another band"))


@require_safe
def moved(request: HttpRequest) -> HttpResponse:
    """The customers behind one figure of the moves."""
    today, month = clock.today(), _month(request.GET.get("month", ""))
    pairs = _pairs(request.GET.get("move", ""))
    found = who_moved(who(request), today, month=month, pairs=pairs) if month and pairs else []
    seen = Customer.objects.visible_to(who(request)).select_related("standing", "owner")
    customers = seen.in_bulk([one for one, _before, _after in found])
    context = {
        "title": _("Moves between bands"),
        "note": date_format(month, "F Y") if month else "",
        "moved": [(customers[pk], before, after) for pk, before, after in found if pk in customers],
        "currency": reporting_currency(),
    }
    return render(request, "health/moved_rows.html", context)


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(text).replace(day=1)
    except ValueError:
        return None


def _pairs(move: str) -> list[tuple[str, str]]:
    rank = {band.value: place for place, band in enumerate(SCORED)}
    if move in ("worse", "better"):
        return [(a, b) for a, b in PAIRS if (rank[a] > rank[b]) == (move == "worse")]
    before, _sign, after = move.partition(">")
    return [(before, after)] if (before, after) in PAIRS else []
