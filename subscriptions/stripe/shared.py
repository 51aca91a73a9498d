"""What is no customer's own: products, which are our plans; prices and coupons, which others wait for."""

from django.db import transaction

from core import jobs
from core.models import ExternalId
from subscriptions.models import StripeEvent, SubscriptionVersion
from subscriptions.stripe import names
from subscriptions.stripe.apply import state_of
from subscriptions.stripe.known import Known
from subscriptions.stripe.said import JOB


@transaction.atomic
def look(*, kind: str, id: str) -> None:
    """Follow the name of a product, and have the customers looked at again that this changes anything for."""
    events = list(StripeEvent.objects.filter(kind=kind, object_id=id).exclude(state=StripeEvent.State.IGNORED))
    customers = set(_waiting_for(id))
    became = "known"
    if kind == "product" and (before := names.ours(names.PLAN, [id])):
        history = Known(state_of(event) for event in events).history(kind, id)
        if names.plans({id: history})[id] != before[id]:
            customers |= set(_on_plan(before[id]))
        became = "plan"
    for customer in sorted(customers):
        jobs.enqueue(kind=JOB, key=customer, payload={"customer": customer})
    said = StripeEvent.objects.filter(pk__in=[one.pk for one in events], state=StripeEvent.State.NEW)
    said.update(state=StripeEvent.State.APPLIED, became=became)


def _waiting_for(id: str) -> list[str]:
    rows = StripeEvent.objects.filter(state=StripeEvent.State.WAITING, waits_for=id)
    return list(rows.values_list("customer", flat=True).distinct())


def _on_plan(plan: int) -> list[str]:
    customers = SubscriptionVersion.objects.filter(plan=plan).values("customer")
    rows = ExternalId.objects.filter(source__key=names.SOURCE, noun=names.CUSTOMER, object_id__in=customers)
    return list(rows.values_list("value", flat=True))
