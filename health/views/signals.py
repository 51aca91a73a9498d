from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import administrators_only, who, writers_only
from core import clock
from customers.models import Customer
from health.domain import signals as domain
from health.models import Signal, SignalDay
from health.queries.signals import Shown, held_nights, open_signals, records
from subscriptions.queries.of_customer import reporting_currency

PAGE = 50


class WhyForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=2000)
    until = forms.DateField(label=gettext_lazy("Until"), required=False)


@require_safe
def signals(request: HttpRequest) -> HttpResponse:
    """The open signals of the customers that one sees, and how good each rule has been."""
    today, user = clock.today(), who(request)
    page = Paginator(open_signals(user, today), PAGE).get_page(request.GET.get("page"))
    context = {
        "title": _("Signals"),
        "note": _("A rule that has held for some days opens one. It clears by itself when the rule no longer holds."),
        "page": page,
        "open": [Shown(one) for one in page],
        "held": list(held_nights()),
        "records": records(user, today),
        "currency": reporting_currency(),
        "today": today,
    }
    return render(request, "health/signals.html", context)


@require_POST
@writers_only
def snooze(request: HttpRequest, uid: UUID) -> HttpResponse:
    found, form = _signal_or_404(request, uid), WhyForm(request.POST)
    if form.is_valid() and form.cleaned_data["until"]:
        read = form.cleaned_data
        return _done(request, lambda: domain.snooze(signal=found, **read, by=who(request), at=clock.now()))
    messages.error(request, _("Nothing was changed: say why, and until when."))
    return redirect("health:signals")


@require_POST
@writers_only
def dismiss(request: HttpRequest, uid: UUID) -> HttpResponse:
    found, reason = _signal_or_404(request, uid), request.POST.get("reason", "")
    return _done(request, lambda: domain.dismiss(signal=found, reason=reason, by=who(request), at=clock.now()))


@require_POST
@administrators_only
def release(request: HttpRequest, pk: int) -> HttpResponse:
    night = get_object_or_404(SignalDay.objects.select_related("rule"), pk=pk)
    domain.release(night=night, by=who(request))
    messages.success(request, _("The signals of that night are open."))
    return redirect("health:signals")


def _signal_or_404(request: HttpRequest, uid: UUID) -> Signal:
    seen = Customer.objects.visible_to(who(request))
    return get_object_or_404(Signal.objects.filter(customer__in=seen, closed_on=None), uid=uid)


def _done(request: HttpRequest, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        messages.error(request, _("Nothing was changed. %(wrong)s") % {"wrong": " ".join(error.messages)})
    return redirect("health:signals")
