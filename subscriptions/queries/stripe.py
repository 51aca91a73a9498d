"""What came from Stripe, what it became, and what waits, for the administrator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import ExternalId
from customers.models import Customer
from subscriptions.models import StripeEvent
from subscriptions.stripe.names import CUSTOMER, SOURCE

LISTED: Final = 100
BECAME: Final[Mapping[str, Promise]] = {
    "customer": _("a customer"),
    "version": _("terms of a subscription"),
    "invoice": _("an invoice"),
    "card": _("a card"),
    "plan": _("the name of a plan"),
    "known": _("known, for others to refer to"),
    "nothing": _("nothing new"),
}
RECENT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shown:
    """An event and what came of it, in words; ``customer`` is ours, None where there is none yet."""

    event: StripeEvent
    customer: Customer | None
    words: str

    @property
    def href(self) -> str:
        return reverse("subscriptions:stripe-event", args=[self.event.pk])


@dataclass(frozen=True, slots=True)
class Status:
    """How many events came since a day ago and when the last did; how many there are of each state that counts."""

    came: int
    last_at: datetime | None
    states: Mapping[str, int]
    differences: int


def status(*, at: datetime) -> Status:
    """The figures of the page."""
    kept = StripeEvent.objects.filter(origin=StripeEvent.Origin.HOOK)
    came = kept.filter(received_at__gte=at - RECENT).count()
    counted = dict(StripeEvent.objects.values_list("state").annotate(n=Count("pk")))
    changed = Q(origin=StripeEvent.Origin.NIGHT) & ~Q(became__in=["", "nothing", "known"])
    return Status(
        came=came,
        last_at=kept.aggregate(last=Max("received_at"))["last"],
        states={state: counted.get(state, 0) for state in StripeEvent.State.values},
        differences=StripeEvent.objects.filter(changed, received_at__gte=at - timedelta(days=30)).count(),
    )


def listed(*, state: str, only_differences: bool) -> list[Shown]:
    """The events that came last, of one state where it is one."""
    rows = StripeEvent.objects.defer("payload").order_by("-received_at", "-pk")
    if state in StripeEvent.State.values:
        rows = rows.filter(state=state)
    if only_differences:
        rows = rows.filter(origin=StripeEvent.Origin.NIGHT).exclude(became__in=["", "nothing", "known"])
    return _shown(list(rows[:LISTED]))


def one(pk: int) -> Shown | None:
    """One event with all that it said."""
    found = StripeEvent.objects.filter(pk=pk).first()
    return _shown([found])[0] if found else None


def _shown(events: Sequence[StripeEvent]) -> list[Shown]:
    ids = {event.customer for event in events if event.customer}
    named = dict(
        ExternalId.objects.filter(source__key=SOURCE, noun=CUSTOMER, value__in=ids).values_list("value", "object_id")
    )
    customers = Customer.objects.in_bulk(named.values())
    return [Shown(event, customers.get(named.get(event.customer, 0)), words(event)) for event in events]


def words(event: StripeEvent) -> str:
    """What came of an event."""
    if event.state == StripeEvent.State.FAILED:
        return event.problem
    if event.state == StripeEvent.State.WAITING:
        return _("waits for %(what)s") % {"what": event.waits_for}
    if event.state == StripeEvent.State.APPLIED:
        return str(BECAME.get(event.became, event.became))
    return ""
