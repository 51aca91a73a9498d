"""From all that is known of some customers of Stripe to our facts: what differs is written; twice the same is none."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from core import clock
from subscriptions.models import StripeEvent
from subscriptions.stripe import names, writing
from subscriptions.stripe.known import Known, State, id_of
from subscriptions.stripe.said import OF_ALL
from subscriptions.stripe.writing import Work, day_of

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('stripe'), hashtext(%s))"
OPEN: Final = (StripeEvent.State.NEW, StripeEvent.State.WAITING, StripeEvent.State.FAILED)


@dataclass(frozen=True, slots=True)
class Applied:
    """How many versions, invoices and cards were written."""

    customers: int = 0
    versions: int = 0
    invoices: int = 0
    cards: int = 0


def customers(*, ids: Sequence[str], at: datetime, quietly: bool = False) -> Applied:
    """Bring what we have of these customers in line with what Stripe said. ``quietly`` as a load of history does.

    What can't be written is said beside the events that it is of; everything else is. Twice the same changes nothing.
    """
    if not ids:
        return Applied()
    with transaction.atomic(), clock.company_time():
        _lock(ids)
        events = list(StripeEvent.objects.filter(customer__in=set(ids)).exclude(state=StripeEvent.State.IGNORED))
        work = Work(_known(events), at, clock.today(at), quietly)
        done = _apply(work)
        _settle(events, work)
    return done


def state_of(event: StripeEvent) -> State:
    return State(event.kind, event.object_id, int(event.at.timestamp()), event.payload["data"]["object"], event.deleted)


def _lock(ids: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for id in sorted(set(ids)):
            cursor.execute(LOCK, [id])


def _known(events: Sequence[StripeEvent]) -> dict[str, Known]:
    by_customer: dict[str, list[State]] = defaultdict(list)
    for event in events:
        by_customer[event.customer].append(state_of(event))
    shared = _shared(one for states in by_customer.values() for one in states)
    return {id: Known([*shared, *states]) for id, states in by_customer.items()}


def _shared(states: Iterable[State]) -> list[State]:
    """What is said of the prices, products and coupons that states name."""
    wanted: set[str] = set()
    for state in states:
        wanted |= set(_names(state.data))
    found = StripeEvent.objects.filter(kind__in=OF_ALL, object_id__in=wanted - {""})
    return [state_of(event) for event in found]


def _names(data: Any) -> Iterable[str]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            if key in ("price", "plan", "product", "coupon"):
                yield id_of(value)
            yield from _names(value)
    elif isinstance(data, list):
        for value in data:
            yield from _names(value)


def _apply(work: Work) -> Applied:
    owners, changed = names.customers(work.known, at=work.at, day=day_of, quietly=work.quietly)
    for id, known in work.known.items():
        for state in _all_of(known):
            if id not in owners:
                work.waits[state.kind, state.id] = id
        if id in changed:
            work.became["customer", id] = "customer"
    mine = {id: known for id, known in work.known.items() if id in owners}
    agreed_on = writing.subscriptions(work, mine, owners)
    billed = writing.bill(work, mine, owners)
    paid_with = writing.learn_cards(work, mine, owners)
    return Applied(len(changed), agreed_on, billed, paid_with)


def _all_of(known: Known) -> Iterable[State]:
    for kind in ("subscription", "subscription_schedule", "invoice", "card", "payment_method", "discount", "charge"):
        yield from known.all(kind)
    yield from known.all("credit_note")


def _settle(events: Iterable[StripeEvent], work: Work) -> None:
    """Say beside each event that was open what came of it."""
    changed = []
    for event in events:
        before = (event.state, event.waits_for, event.became, event.problem)
        _say(event, work)
        if before != (event.state, event.waits_for, event.became, event.problem):
            changed.append(event)
    StripeEvent.objects.bulk_update(changed, ["state", "waits_for", "became", "problem"], batch_size=500)


def _say(event: StripeEvent, work: Work) -> None:
    place = (event.kind, event.object_id)
    event.waits_for, event.problem = work.waits.get(place, "")[:255], work.problems.get(place, "")
    if event.problem:
        event.state = StripeEvent.State.FAILED
    elif event.waits_for:
        event.state = StripeEvent.State.WAITING
    elif event.state in OPEN:
        event.state = StripeEvent.State.APPLIED
        event.became = work.became.get(place) or "nothing"
