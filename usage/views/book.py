from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from core import charts, clock
from core.charts import Chart, Mark, Series
from core.clock import AsOf
from usage.models import Feature
from usage.queries.book import BookUse, book_use
from usage.queries.keeping import FEWEST, History, Keeping, keeping
from usage.queries.sources import open_silences, source_states
from usage.views.shared import tabs

MOST_DRAWN = 16


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The use of all that one's customers do: whole weeks, up to the end of the day before it was counted."""
    used, sources = book_use(who(request)), source_states(AsOf.live())
    nobody = used is not None and used.connected == 0
    context = {
        "title": _("Usage"),
        "note": _until(used),
        "tabs": tabs(request),
        "used": used,
        "line": _line(used) if used and used.connected else None,
        "heat": _heat(used) if used and used.features else None,
        "sources": sources,
        "silences": open_silences(),
        "today": clock.today(),
        "silent": nobody and bool(sources) and all(one.quiet for one in sources),
        "nothing": nobody,
    }
    return render(request, "usage/overview.html", context)


@require_safe
def what_keeps(request: HttpRequest) -> HttpResponse:
    """Of those whose renewal was due: who renewed, by the features they had used before."""
    found = keeping(who(request))
    context = {
        "title": _("What keeps customers"),
        "note": _("Renewals of your own history, by the features that were used before they came due."),
        "tabs": tabs(request),
        "found": found,
        "rows": [_told(one) for one in found.features] if found else [],
        "chart": _gaps(found) if found else None,
        "fewest": FEWEST,
        "today": clock.today(),
    }
    return render(request, "usage/keeping.html", context)


def _until(used: BookUse | None) -> str:
    if used is None:
        return _("Of the customers you see whose data comes in.")
    said = {"day": date_format(used.day - timedelta(days=1), "j M Y")}
    return _("Whole weeks up to and with %(day)s, of the customers you see whose data comes in.") % said


def _line(used: BookUse) -> Chart:
    marks = [
        Mark(label=date_format(first, "j M"), value=count)
        for first, count in zip(used.firsts, used.over_all.weeks, strict=True)
    ]
    return charts.line(
        [Series(_("Active customers"), marks)], title=_("Active customers by week"), height=180, zero=True
    )


def _heat(used: BookUse) -> Chart:
    labels = [date_format(first, "j M") for first in used.firsts]
    rows = [
        (named(one.feature, one.kind), [Mark(label=label, value=n) for label, n in zip(labels, one.weeks, strict=True)])
        for one in used.features[:MOST_DRAWN]
    ]
    return charts.heat(rows, title=_("Customers by feature and week"), low=0, high=used.connected or None)


def named(feature: Feature, kind: str) -> str:
    """The feature, and whether it is a core or a sticky one."""
    said = {Feature.Kind.CORE.value: _("core"), Feature.Kind.STICKY.value: _("sticky"), "error": _("error")}.get(kind)
    return f"{feature} · {said}" if said else str(feature)


def _gaps(found: History) -> Chart | None:
    """How much more often users of a feature renewed, with the interval, in points."""
    told = [one for one in found.features if one.gap]
    marks = [_gap(one) for one in told[:MOST_DRAWN]]
    return (
        charts.dots(marks, title=_("Renewal rate of users less that of others"), unit=charts.PERCENT) if marks else None
    )


def _gap(one: Keeping) -> Mark:
    gap, low, high = one.gap or (0.0, 0.0, 0.0)
    note = _("%(used)s used it, %(unused)s did not") % {"used": one.used.n, "unused": one.unused.n}
    tone = "accent" if one.tells else "unknown"
    return Mark(label=named(one.feature, one.kind), value=gap, low=low, high=high, note=note, tone=tone)


def _told(one: Keeping) -> dict[str, Any]:
    return {"one": one, "gap": one.gap, "tells": one.tells, "enough": one.enough}
