from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import administrators_only, who
from subscriptions.domain import generations, rulesets
from subscriptions.domain.settings import BY_KEY, SETTINGS
from subscriptions.forms.settings import SettingsForm
from subscriptions.queries import what_if, what_if_renewals
from subscriptions.queries.of_customer import reporting_currency


def _of_ledger(key: str) -> list[what_if.Choice]:
    return what_if.choices(key, total=what_if.now())


WHAT_IF: Final[Mapping[str, Callable[[str], Sequence[Any]]]] = {
    **dict.fromkeys(what_if.MATTERS, _of_ledger),
    **dict.fromkeys(what_if.READINGS, what_if.readings),
    **dict.fromkeys(what_if_renewals.READINGS, what_if_renewals.readings),
}


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def money_settings(request: HttpRequest) -> HttpResponse:
    """Every setting of the ledger, with what changing it would do to last month."""
    rules = rulesets.rules(rulesets.current())
    form = SettingsForm(request.POST if request.method == "POST" else None, rules=rules)
    if form.is_bound and form.is_valid():
        try:
            building = generations.change(settings=form.cleaned_data, by=who(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _said(building is not None))
            return redirect("subscriptions:settings")
    first, _end = what_if.last_month()
    context = {
        "title": _("Money settings"),
        "form": form,
        "rows": [(setting, form[setting.key], setting.key in WHAT_IF) for setting in SETTINGS],
        "building": what_if.building(),
        "month": first,
        "currency": reporting_currency(),
    }
    return render(request, "subscriptions/settings/page.html", context, status=422 if form.errors else 200)


@require_safe
@administrators_only
def what_if_setting(request: HttpRequest, key: str) -> HttpResponse:
    """Last month under each value that one setting could have."""
    if key not in WHAT_IF:
        raise Http404
    choices = WHAT_IF[key](key)
    context = {
        "setting": BY_KEY[key],
        "choices": choices,
        "same": all(choice.month == choices[0].month for choice in choices),
        "month": what_if.last_month()[0],
        "currency": reporting_currency(),
        "of_renewals": key in what_if_renewals.READINGS,
    }
    return render(request, "subscriptions/settings/_what_if.html", context)


@require_safe
@administrators_only
def progress(request: HttpRequest) -> HttpResponse:
    """How far the ledger is that is being built; asked for again and again until it is there."""
    context = {"building": what_if.building(), "asked": True}
    return render(request, "subscriptions/settings/_progress.html", context)


def _said(building: bool) -> str:
    if building:
        return _("A new ledger is being computed. Reports show the old one until it is there.")
    return _("Saved. It counts from now on.")
