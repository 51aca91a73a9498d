from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from accounts.access import administrators_only
from core import clock
from usage.domain import remapping
from usage.domain.features import classify as classify_features
from usage.forms import RuleForm
from usage.models import EventName, Feature, FeatureRule
from usage.tables import EventTable
from usage.views.shared import tabs

SUGGESTED = 6


@require_safe
@administrators_only
def events(request: HttpRequest) -> HttpResponse:
    """What came in under which name, and as which feature it counts."""
    words = request.GET.get("q", "").strip()
    names = EventName.objects.select_related("feature")
    ruled = set(FeatureRule.objects.values_list("feature", flat=True))
    table = EventTable(names.filter(name__icontains=words) if words else names)
    RequestConfig(request, paginate={"per_page": 30, "silent": True}).configure(table)
    own = list(names.filter(Q(feature=None) | ~Q(feature__in=ruled))[:500])
    context = {
        "title": _("Events and features"),
        "note": _("Every name that came in, and the feature it is the use of."),
        "tabs": tabs(request),
        "table": table,
        "words": words,
        "rules": FeatureRule.objects.select_related("feature"),
        "suggested": remapping.suggestions(own)[:SUGGESTED],
        "features": Feature.objects.exclude(key=""),
        "kinds": Feature.Kind.choices,
        "form": RuleForm(initial=_initial(request)),
        "any_names": bool(table.paginator.count) or bool(words),
    }
    return render(request, "usage/events.html", context)


def _initial(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("match", "event", "feature") if name in request.GET}


@require_POST
@administrators_only
def add_rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([message for errors in form.errors.values() for message in errors])
        remapping.add_rule(**form.cleaned_data)
        messages.success(request, _("The rule holds. What was counted otherwise is being counted again."))
    except ValidationError as error:
        messages.error(request, _("Nothing was saved. %(why)s") % {"why": " ".join(error.messages)})
    return redirect("usage:events")


@require_POST
@administrators_only
def remove_rule(request: HttpRequest, pk: int) -> HttpResponse:
    remapping.take_rule_away(get_object_or_404(FeatureRule, pk=pk))
    messages.success(request, _("The rule is gone. What it counted is being counted again."))
    return redirect("usage:events")


@require_POST
@administrators_only
def classify(request: HttpRequest, uid: UUID) -> HttpResponse:
    feature, kind = get_object_or_404(Feature.objects.exclude(key=""), uid=uid), request.POST.get("kind", "")
    if kind in Feature.Kind.values:
        classify_features(kinds={feature.key: kind}, known_on=clock.today())
        messages.success(
            request,
            _("%(feature)s is %(kind)s from today on.") % {"feature": feature, "kind": Feature.Kind(kind).label},
        )
    return redirect("usage:events")
