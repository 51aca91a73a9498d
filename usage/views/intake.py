from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from accounts.access import administrators_only
from accounts.models import Key
from core import clock
from core.clock import AsOf
from core.models import Source
from usage.domain.replaying import replay as replay_rejected
from usage.domain.rollup import waiting
from usage.forms import AttachForm, SettingsForm
from usage.models import IntakeSettings, Rejected
from usage.queries.sources import lag, open_silences, source_states, unknown
from usage.tables import RejectedTable
from usage.views.shared import tabs

AT_ONCE = 1_000


@require_safe
@administrators_only
def intake(request: HttpRequest) -> HttpResponse:
    """Where events come from, how fresh they are, whose they are not known to be, and what could not be taken."""
    return _page(request, SettingsForm(instance=IntakeSettings.current()))


def _page(request: HttpRequest, form: SettingsForm) -> HttpResponse:
    table = RejectedTable(Rejected.objects.select_related("source"))
    RequestConfig(request, paginate={"per_page": 20, "silent": True}).configure(table)
    context = {
        "title": _("Intake"),
        "note": _("Where events come from, and what became of those that found no place."),
        "tabs": tabs(request),
        "sources": source_states(AsOf.live()),
        "silences": open_silences(),
        "keys": Key.objects.filter(scope=Key.Scope.INTAKE, revoked_at=None).select_related("source"),
        "lag": lag(),
        "unknown": unknown(),
        "table": table,
        "again": Rejected.objects.filter(replayed_at=None).exists(),
        "form": form,
        "today": clock.today(),
        "address": request.build_absolute_uri("/"),
    }
    return render(request, "usage/intake.html", context, status=422 if form.errors else 200)


@require_POST
@administrators_only
def attach(request: HttpRequest) -> HttpResponse:
    form = AttachForm(request.POST)
    if not form.is_valid():
        return _not_saved(request, [str(message) for errors in form.errors.values() for message in errors])
    read = form.cleaned_data
    source = get_object_or_404(Source, pk=read["source"])
    waiting.attach(source=source, clue=read["clue"], value=read["value"], customer=read["customer"], at=clock.now())
    messages.success(
        request,
        _("%(value)s is %(customer)s. What had waited counts from today on, on its own days.")
        % {"value": read["value"], "customer": read["customer"]},
    )
    return redirect("usage:intake")


@require_safe
@administrators_only
def rejected(request: HttpRequest, pk: int) -> HttpResponse:
    """One event that could not be taken, as it came."""
    one = get_object_or_404(Rejected.objects.select_related("source"), pk=pk)
    return render(request, "usage/rejected.html", {"title": one.event or _("An event without a name"), "one": one})


@require_POST
@administrators_only
def replay(request: HttpRequest) -> HttpResponse:
    taken, left = replay_rejected(rejected=Rejected.objects.filter(replayed_at=None)[:AT_ONCE], at=clock.now())
    words = ngettext("%(count)s event was taken", "%(count)s events were taken", taken) % {"count": taken}
    messages.success(request, _("%(taken)s; %(left)s are as they were.") % {"taken": words, "left": left})
    return redirect("usage:intake")


@require_POST
@administrators_only
def change_settings(request: HttpRequest) -> HttpResponse:
    form = SettingsForm(request.POST, instance=IntakeSettings.current())
    if not form.is_valid():
        return _page(request, form)
    form.save()
    messages.success(request, _("Events are understood so from now on."))
    return redirect("usage:intake")


def _not_saved(request: HttpRequest, why: list[str]) -> HttpResponse:
    messages.error(request, _("Nothing was saved. %(why)s") % {"why": " ".join(ValidationError(why).messages)})
    return redirect("usage:intake")
