import json
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrators_only
from core import clock
from subscriptions.forms.stripe import ConnectionForm
from subscriptions.models import StripeAccount, StripeEvent
from subscriptions.queries import stripe as queries
from subscriptions.stripe import apply, connection, fetching, said

EVENTS: Final = (
    "customer.*", "customer.subscription.*", "subscription_schedule.*", "invoice.*", "charge.refunded", "credit_note.*",
    "payment_method.*", "product.*", "price.*", "coupon.*",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def stripe_page(request: HttpRequest) -> HttpResponse:
    """What came from Stripe, what it became, what waits; and the secrets it is connected with."""
    form = ConnectionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        connection.connect(**form.cleaned_data)
        messages.success(request, _("Saved. The secrets are kept encrypted and not shown again."))
        return redirect("subscriptions:stripe")
    state, night = request.GET.get("state", ""), "night" in request.GET
    context = {
        "title": _("Stripe"),
        "note": _("What came, what it became, and what waits."),
        "account": StripeAccount.current(),
        "form": form,
        "address": settings.SITE_URL + reverse("subscriptions:stripe-hook"),
        "events": EVENTS,
        "status": queries.status(at=clock.now()),
        "state": state,
        "night": night,
        "rows": queries.listed(state=state, only_differences=night),
        "states": [(one.value, one.label) for one in StripeEvent.State],
    }
    return render(request, "subscriptions/stripe/page.html", context, status=422 if form.errors else 200)


@require_safe
@administrators_only
def stripe_event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event as it came."""
    found = queries.one(pk)
    if found is None:
        raise Http404
    context = {"title": found.event.type, "one": found, "payload": json.dumps(found.event.payload, indent=2)}
    return render(request, "subscriptions/stripe/event.html", context)


@require_POST
@administrators_only
def stripe_again(request: HttpRequest) -> HttpResponse:
    """Look again at one event, or at all that wait or failed."""
    rows = StripeEvent.objects.defer("payload").filter(state__in=apply.OPEN)
    if request.POST.get("event", "").isdecimal():
        rows = StripeEvent.objects.defer("payload").filter(pk=int(request.POST["event"]))
    found = list(rows)
    with transaction.atomic():
        said.have_looked_at(found)
    told = ngettext("%(n)s event is looked at again.", "%(n)s events are looked at again.", len(found))
    messages.success(request, told % {"n": len(found)})
    return redirect("subscriptions:stripe")


@require_POST
@administrators_only
def stripe_fetch(request: HttpRequest) -> HttpResponse:
    """Fetch all that Stripe has: the first import, or a reconciliation before the night."""
    account = StripeAccount.current()
    if not account.api_key:
        messages.error(request, _("Give an API key first: without it there is nobody to ask."))
        return redirect("subscriptions:stripe")
    fetching.begin(at=clock.now(), night=account.imported_at is not None)
    messages.success(request, _("Stripe is being asked. This page says how far it is."))
    return redirect("subscriptions:stripe")
