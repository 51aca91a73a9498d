from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import who, writers_only
from core import clock
from core.clock import AsOf
from customers.access import customer_or_404
from customers.models import Customer, Standing
from health import moves
from health.domain import overrides, scoring
from health.forms.customers import OverrideForm, SinceForm
from health.models import Override


@require_safe
def health(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Why one customer's score moved between two days, and what somebody put in its place."""
    return _page(request, customer_or_404(request, uid), OverrideForm())


@require_POST
@writers_only
def override(request: HttpRequest, uid: UUID) -> HttpResponse:
    found, form = customer_or_404(request, uid), OverrideForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    try:
        overrides.put(customer=found, **form.cleaned_data, by=who(request), at=clock.now())
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, found, form, status=400)
    scoring.refresh([found.pk])
    messages.success(request, _("From tomorrow's view on, your judgement stands in place of the computed score."))
    return redirect("health:customer", found.uid)


@require_POST
@writers_only
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    overrides.withdraw(customer=found, by=who(request), at=clock.now())
    scoring.refresh([found.pk])
    messages.success(request, _("The computed score counts again."))
    return redirect("health:customer", found.uid)


def _page(request: HttpRequest, found: Customer, form: OverrideForm, status: int = 200) -> HttpResponse:
    today = clock.today()
    now = _now(found)
    period = SinceForm(request.GET, today=today, now=now.day)
    until = now if period.to == today else AsOf.at(period.to)
    standing: Any = Override.objects.as_of(AsOf.live()).filter(customer=found).select_related("by", "reason").first()
    past = Override.objects.filter(customer=found).select_related("by", "reason")
    form.fields["ends_on"].initial = today + timedelta(days=30)
    context = {
        "title": _("Health of %(customer)s") % {"customer": found},
        "customer": found,
        "since": period.day,
        "until": period.to,
        "live": until == AsOf.live(),
        "page": moves.page(found, since=period.day, until=until),
        "override": standing,
        "past": [one for one in past[:6] if standing is None or one.pk != standing.pk],
        "form": form if who(request).may_write else None,
        "today": today,
    }
    return render(request, "health/customer/page.html", context, status=status)


def _now(found: Customer) -> AsOf:
    """What lists and the customer's page show: as of tonight, until today has brought something."""
    today = clock.today()
    nightly = Standing.objects.filter(customer=found, as_of=today).exists()
    return AsOf.at(today) if nightly else AsOf.live()
