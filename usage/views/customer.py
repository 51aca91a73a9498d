from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import writers_only
from core import charts, clock, formatting
from core.charts import Chart, Mark, Series
from core.clock import AsOf
from customers.access import customer_or_404
from customers.models import Customer
from customers.registry import MEASURES, Type, gather
from usage.domain.entitling import entitle as entitle_customer
from usage.forms import EntitlementForm
from usage.models import Feature
from usage.queries import limits, of_customer
from usage.queries.freshness import feeds
from usage.queries.weeks import FeatureWeeks, Week, features_by_week, weeks
from usage.views.book import named

WEEKS, HEAT_WEEKS = 26, 13
KEYS = (
    "active_users_7",
    "active_users_28",
    "user_lapse_7",
    "user_lapse_28",
    "active_days_28",
    "events_28",
    "errors_28",
    "errors_first_30",
    "breadth_28",
    "core_adoption_28",
    "sticky_adoption_28",
    "decision_maker_sticky_28",
)
# What stands beside a figure: its change, as another measure.
CHANGES = {"active_users_7": "active_users_change_7", "active_users_28": "active_users_change_28"}


@dataclass(frozen=True, slots=True)
class Shown:
    label: str
    value: SafeString
    note: str
    href: str


@require_safe
def customer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What one customer does with the product."""
    found, today = customer_or_404(request, uid), clock.today()
    at = AsOf.live()
    fed = feeds(found, at)
    alive = not fed or any(feed.alive for feed in fed)
    # Of who is silent, the weeks before: the figures of now are missing.
    until = at if alive else AsOf(max(feed.last_on for feed in fed) + timedelta(days=1), at.known_on)
    used, heat = weeks(found, until, count=WEEKS), features_by_week(found, until, count=HEAT_WEEKS)
    by_feature = of_customer.feature_figures(found, at, alive=alive)
    context = {
        "title": _("Usage of %(customer)s") % {"customer": found},
        "note": _("What they do with the product, up to and with today."),
        "customer": found,
        "today": today,
        "feeds": fed,
        "figures": list(_figures(found, at)),
        "events": _line(used, "events", _("Events a week")),
        "users": _line(used, "users", _("Active users a week")),
        "heat": _heat(found, heat, until) if heat else None,
        "ended": "" if alive else until.day - timedelta(days=1),
        "features": by_feature,
        "by_person": any(one.users is not None for one in by_feature),
        "roles": of_customer.roles(found, at),
        "held": limits.held(found, at, by_feature),
        "form": EntitlementForm(),
    }
    return render(request, "usage/customer.html", context)


@require_safe
def rows(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The rows behind a mark: one feature, some days."""
    found, at = customer_or_404(request, uid), AsOf.live()
    feature = get_object_or_404(Feature, key=request.GET.get("feature", ""))
    try:
        since, until = (date.fromisoformat(request.GET.get(name, "")) for name in ("since", "until"))
    except ValueError as error:
        raise Http404 from error
    context = {
        "title": str(feature) or _("All features"),
        "customer": found,
        "rows": of_customer.rows(found, at, feature=feature, since=since, until=until),
        "since": since,
        "until": until - timedelta(days=1),
    }
    return render(request, "usage/rows.html", context)


@require_POST
@writers_only
def entitle(request: HttpRequest, uid: UUID) -> HttpResponse:
    found, form = customer_or_404(request, uid), EntitlementForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([message for errors in form.errors.values() for message in errors])
        read = form.cleaned_data
        entitle_customer(
            customer=found, feature=read["feature"], seats=read["seats"], most=read["events"], at=clock.now()
        )
        messages.success(request, _("From today on the use is held against this."))
    except ValidationError as error:
        messages.error(request, _("Nothing was saved. %(why)s") % {"why": " ".join(error.messages)})
    return redirect("usage:customer", uid=uid)


def _figures(found: Customer, at: AsOf) -> Iterator[Shown]:
    frame = gather(at, [*KEYS, *CHANGES.values()], [found.pk])
    if not len(frame):
        return
    values = {key: float(frame[key][0]) if frame.measured(key)[0] else None for key in [*KEYS, *CHANGES.values()]}
    for key in KEYS:
        change = values.get(CHANGES.get(key, ""))
        note = _("%(change)s against the time before") % {"change": _signed(change)} if change is not None else ""
        yield Shown(
            str(MEASURES[key].label), _written(key, values[key]), note or _why(values[key]), _opened(found, key)
        )


def _why(value: float | None) -> str:
    return "" if value is not None else _("not measured")


def _written(key: str, value: float | None) -> SafeString:
    return formatting.percent(value, 0) if MEASURES[key].type == Type.SHARE else formatting.number(value)


def _signed(share: float) -> str:
    text = formatting.plain_percent(share, 0)
    return f"+{text}" if round(share, 2) > 0 else text


def _opened(found: Customer, key: str) -> str:
    # By address, since the page that opens figures stands on a higher floor.
    return f"{found.get_absolute_url()}figures/{key}/"


def _line(used: list[Week], name: str, title: str) -> Chart | None:
    marks = [Mark(label=date_format(week.first, "j M"), value=getattr(week, name)) for week in used]
    if all(mark.value is None for mark in marks):
        return None
    return charts.line([Series(title, marks)], title=title, height=160, zero=True)


def _heat(found: Customer, used: list[FeatureWeeks], at: AsOf) -> Chart:
    firsts = [at.day - timedelta(weeks=HEAT_WEEKS - week) for week in range(HEAT_WEEKS)]
    drawn = [
        (
            named(one.feature, one.kind),
            [
                Mark(label=date_format(first, "j M"), value=events, href=_rows_of(found, one.feature, first))
                for first, events in zip(firsts, one.events, strict=True)
            ],
        )
        for one in used
    ]
    return charts.heat(drawn, title=_("Events by feature and week"), low=0)


def _rows_of(found: Customer, feature: Feature, first: date) -> str:
    asked = {"feature": feature.key, "since": f"{first}", "until": f"{first + timedelta(weeks=1)}"}
    return f"{reverse('usage:rows', args=[found.uid])}?{urlencode(asked)}"
