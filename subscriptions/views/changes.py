"""What writers record of one customer's money."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import who, writers_only
from core import clock
from core.clock import AsOf
from core.faults import Refused
from customers.access import customer_or_404
from customers.models import Customer
from customers.queries.canonical import members
from subscriptions.domain import saves
from subscriptions.forms.changes import CardForm, KindForm, Refusable, SaveForm
from subscriptions.models import Subscription
from subscriptions.queries import agreed
from subscriptions.queries.agreed import Agreed
from subscriptions.queries.shown import shown


@require_safe
def money_of_customer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """All subscriptions of a customer, with what can be recorded of each; the card; what was recorded before."""
    return _show(request, customer_or_404(request, uid), CardForm())


@require_POST
@writers_only
def card(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Remember until when the card is good that the customer pays with."""
    customer, form = customer_or_404(request, uid), CardForm(request.POST)
    if not form.is_valid():
        return _show(request, customer, form)
    saves.learn_card(customer=customer.pk, known_on=clock.today(), **form.cleaned_data)
    messages.success(request, _("The card is noted."))
    return redirect("subscriptions:customer", uid)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def save(request: HttpRequest, uid: UUID, subscription: UUID) -> HttpResponse:
    """Record what a customer takes instead of leaving."""
    customer = customer_or_404(request, uid)
    one = _agreed(customer, subscription)
    if one.ended:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = SaveForm(data, version=one.version, today=clock.today())

    def write() -> None:
        instead, then = form.instead()
        words = {key: form.cleaned_data[key] for key in ("reason", "our_reason", "comment")}
        saves.record(
            version=one.version, instead=instead, then=then, words=words, known_on=clock.today(), by=who(request)
        )

    if _written(form, write):
        messages.success(request, _("The save is recorded: %(customer)s stays.") % {"customer": customer})
        return redirect("subscriptions:customer", uid)
    return _form(request, customer, one, form, title=_("Record a save"), verb=_("Record the save"))


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def kind(request: HttpRequest, uid: UUID, subscription: UUID) -> HttpResponse:
    """Say that a subscription ended with or without the customer's will, and why that is known."""
    customer = customer_or_404(request, uid)
    one = _agreed(customer, subscription)
    last = one.later[-1] if one.later else one.version
    if last.ends_on is None:
        raise Http404
    form = KindForm(request.POST if request.method == "POST" else None, initial={"churn_kind": last.churn_kind})

    def write() -> None:
        read = form.cleaned_data
        saves.correct_kind(
            version=last, churn_kind=read["churn_kind"], why=read["why"], known_on=clock.today(), by=who(request)
        )

    if _written(form, write):
        messages.success(request, _("The kind of churn is corrected. Reports follow from today."))
        return redirect("subscriptions:customer", uid)
    return _form(request, customer, one, form, title=_("Correct the kind of churn"), verb=_("Correct it"))


def _written(form: Refusable, write: Callable[[], None]) -> bool:
    """Whether the form was sent, could be read, and was not refused."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        write()
    except Refused as refused:
        form.refuse(refused)
        return False
    return True


def _agreed(customer: Customer, uid: UUID) -> Agreed:
    subscription = get_object_or_404(Subscription, uid=uid, customer__in=members(customer.pk))
    found = agreed.of_subscription(subscription, AsOf.live())
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, customer: Customer, form: CardForm) -> HttpResponse:
    ids, at = members(customer.pk), AsOf.live()
    context = {
        "title": _("Money of %(customer)s") % {"customer": customer},
        "customer": customer,
        "subscriptions": agreed.agreed(ids, at),
        "card": agreed.card(ids, at),
        "told": agreed.told(ids, at),
        "form": form,
        "shown": shown(),
        "today": clock.today(),
        "may_write": who(request).may_write,
    }
    return render(request, "subscriptions/customer/page.html", context, status=422 if form.errors else 200)


def _form(
    request: HttpRequest, customer: Customer, one: Agreed, form: Refusable, *, title: str, verb: str
) -> HttpResponse:
    context = {"title": title, "customer": customer, "one": one, "form": form, "verb": verb, "today": clock.today()}
    return render(request, "subscriptions/customer/form.html", context, status=422 if form.errors else 200)
