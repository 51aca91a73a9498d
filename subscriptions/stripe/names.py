"""Our rows by the ids that Stripe gives them; made where there are none."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from core import clock
from core.models import ExternalId, Source
from customers.domain import customers as domain
from customers.domain.customers import CustomerValues, NewCustomer
from customers.models import Customer
from subscriptions.models import Plan, Subscription
from subscriptions.stripe.known import Known, State
from subscriptions.stripe.terms import Day

SOURCE: Final = "stripe"
CUSTOMER, SUBSCRIPTION, INVOICE, PLAN = "customer", "subscription", "invoice", "plan"


def source() -> Source:
    return Source.objects.get_or_create(key=SOURCE, defaults={"label": "Stripe"})[0]


def ours(noun: str, ids: Iterable[str]) -> dict[str, int]:
    """Stripe's id → ours, of those that there are."""
    rows = ExternalId.objects.filter(source__key=SOURCE, noun=noun, value__in=set(ids))
    return dict(rows.values_list("value", "object_id"))


def name(noun: str, pairs: Mapping[str, int]) -> None:
    """Have Stripe's ids stand for our rows, whatever they stood for."""
    known = {one.value: one for one in ExternalId.objects.filter(source__key=SOURCE, noun=noun, value__in=pairs)}
    changed = [one for value, one in known.items() if one.object_id != pairs[value]]
    for one in changed:
        one.object_id = pairs[one.value]
    ExternalId.objects.bulk_update(changed, ["object_id"])
    new = [value for value in pairs if value not in known]
    if new:
        own = source()
        ExternalId.objects.bulk_create(
            ExternalId(source=own, noun=noun, value=value, object_id=pairs[value]) for value in new
        )


def customers(found: Mapping[str, Known], *, at: datetime, day: Day, quietly: bool) -> tuple[dict[str, int], set[str]]:
    """Our customers by Stripe's ids, of those of whom it said anything; and those that are new or changed."""
    states = {id: state for id, known in found.items() if (state := known.latest("customer", id))}
    there = ours(CUSTOMER, states)
    linked = _linked({id: state for id, state in states.items() if id not in there})
    new = [id for id in states if id not in there and id not in linked]
    wanted = [NewCustomer(name=name_of(states[id]), created_on=_created(states[id], at, day)) for id in new]
    made = domain.create(customers=wanted, by=None, at=at, quietly=quietly) if wanted else []
    fresh = {**linked, **{id: one.pk for id, one in zip(new, made, strict=True)}}
    name(CUSTOMER, fresh)
    renamed = _rename({id: found[id] for id in there}, there, at)
    return there | fresh, {*fresh, *renamed}


def name_of(state: State) -> str:
    said = (state.data.get(key) for key in ("name", "description", "email"))
    return str(next((one for one in said if one), state.id))[:200]


def _created(state: State, at: datetime, day: Day) -> Any:
    return min(day(int(state.data.get("created") or state.at)), clock.today(at))


def _linked(states: Mapping[str, State]) -> dict[str, int]:
    """Those whose metadata name a customer that we have already: ``customer_id`` is the id that it is known by."""
    said = {id: str((state.data.get("metadata") or {}).get("customer_id") or "") for id, state in states.items()}
    rows = ExternalId.objects.filter(noun=CUSTOMER, value__in={one for one in said.values() if one}).order_by("pk")
    there = dict(rows.values_list("value", "object_id"))
    return {id: there[value] for id, value in said.items() if value in there}


def _rename(found: Mapping[str, Known], there: Mapping[str, int], at: datetime) -> list[str]:
    """Follow a name that Stripe changed; one that was given here stays."""
    names = dict(Customer.objects.filter(pk__in=there.values()).values_list("pk", "name"))
    changes = {}
    for id, known in found.items():
        history = [name_of(state) for state in known.history("customer", id)]
        if history and names.get(there[id]) != history[-1] and names.get(there[id]) in (*history, id):
            changes[id] = CustomerValues(customer=there[id], values={"name": history[-1]})
    if changes:
        domain.change(changes=list(changes.values()), by=None, at=at)
    return list(changes)


def subscriptions(items: Mapping[str, int]) -> dict[str, int]:
    """Our subscriptions by the ids of Stripe's items, ``sub_…/si_…``; ``items`` says whose each one is."""
    there = ours(SUBSCRIPTION, items)
    new = [item for item in items if item not in there]
    made = Subscription.objects.bulk_create(Subscription(customer_id=items[item]) for item in new)
    fresh = {item: one.pk for item, one in zip(new, made, strict=True)}
    name(SUBSCRIPTION, fresh)
    return there | fresh


def plans(products: Mapping[str, Sequence[State]]) -> dict[str, int]:
    """Our plans by Stripe's products, with the histories of what is known of each: two prices of one are one plan."""
    there = ours(PLAN, products)
    known = Plan.objects.in_bulk(there.values())
    found: dict[str, int] = {}
    for product in sorted(products):
        said = [str(state.data.get("name") or product)[:120] for state in products[product]] or [product[:120]]
        own = known.get(there.get(product, 0))
        if own is None or (own.name != said[-1] and own.name in (*said, product[:120])):
            own = _renamed(own, said[-1])
        found[product] = own.pk
    name(PLAN, found)
    return found


def _renamed(own: Plan | None, wanted: str) -> Plan:
    """The plan of that name where there is one, so that files and Stripe may speak of the same."""
    same = Plan.objects.filter(name=wanted).first()
    if same or own is None:
        return same or Plan.objects.create(name=wanted)
    own.name = wanted
    own.save(update_fields=["name"])
    return own
