"""The risk register: the list, one risk, and how it ended."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import who, writers_only
from core import clock
from core.errors import Stale
from customers.access import customer_or_404
from customers.models import Customer
from health.domain import risks as domain
from health.forms.risks import RiskForm
from health.models import Risk
from health.queries.risks import register, visible_to
from subscriptions.queries.of_customer import reporting_currency

EDITS = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def risks(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    context = {
        "title": _("Risk register"),
        "note": _("What somebody fears may make a customer leave, who minds it, and how it ended."),
        "register": register(who(request), today),
        "currency": reporting_currency(),
        "today": today,
    }
    return render(request, "health/risks/list.html", context)


@EDITS
@writers_only
def new(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    form = _form(request, found)

    def save() -> object:
        return domain.open_risk(customer=found, **form.values(), by=who(request), at=clock.now())

    return _edit(request, found, form, save, {"title": _("A risk of %(customer)s") % {"customer": found}})


@EDITS
@writers_only
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    risk = _risk_or_404(request, uid)
    form = _form(request, risk.customer, risk)

    def save() -> object:
        return domain.change(risk=risk, **form.values(), seen=form.cleaned_data["seen"] or None, at=clock.now())

    context = {"title": _("A risk of %(customer)s") % {"customer": risk.customer}, "risk": risk}
    return _edit(request, risk.customer, form, save, context | {"outcomes": Risk.Outcome.choices[1:]})


@require_POST
@writers_only
def close(request: HttpRequest, uid: UUID) -> HttpResponse:
    risk = _risk_or_404(request, uid)
    try:
        domain.close(risk=risk, outcome=request.POST.get("outcome", ""), by=who(request), at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("health:risk", uid)
    messages.success(request, _("Closed. It stays in the register with how it ended."))
    return redirect("health:risks")


def _form(request: HttpRequest, customer: Customer, risk: Risk | None = None) -> RiskForm:
    return RiskForm(request.POST or None, customer=customer, by=who(request), today=clock.today(), risk=risk)


def _edit(
    request: HttpRequest, customer: Customer, form: RiskForm, save: Callable[[], object], context: dict[str, Any]
) -> HttpResponse:
    if form.is_valid():
        try:
            save()
        except ValidationError as error:
            form.add_error(None, error)
        except Stale:
            theirs = Risk.objects.select_related("words", "mitigation", "owner").get(pk=context["risk"].pk)
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["seen"] = theirs.state  # type: ignore[index]
            context |= {"theirs": theirs, "their_reason": dict(domain.reasons()).get(theirs.reason, theirs.reason)}
        else:
            messages.success(request, _("The risk is in the register."))
            return redirect("health:risks" if "risk" in context else customer)
    status = 409 if "theirs" in context else 422 if form.errors else 200
    return render(request, "health/risks/edit.html", {**context, "customer": customer, "form": form}, status=status)


def _risk_or_404(request: HttpRequest, uid: UUID) -> Risk:
    return get_object_or_404(visible_to(who(request)), uid=uid)
