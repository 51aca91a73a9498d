"""What one state of a subscription means for each of its items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from subscriptions.models import Interval
from subscriptions.stripe import cuts, prices
from subscriptions.stripe.cuts import Cut
from subscriptions.stripe.known import Data, Known, State, id_of, rows
from subscriptions.stripe.prices import Price

Day = Callable[[int], date]
LONG: Final = frozenset({Interval.QUARTER, Interval.HALF_YEAR, Interval.YEAR})


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed for an item: ``amount`` per interval, for all units, after ``discount``, without tax."""

    product: str
    interval: str
    quantity: Decimal
    amount: Decimal
    currency: str
    discount: Decimal
    discount_ends_on: date | None
    paused: bool
    metered: bool
    trial_ends_on: date | None


@dataclass(frozen=True, slots=True)
class Read:
    """The items of a state with their terms, and the ids of what is missing to know them all."""

    items: Mapping[str, Terms]
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Priced:
    """An item with its price, what that comes to without tax and discounts, and the discounts of its own."""

    id: str
    price: Price
    quantity: Decimal
    amount: Decimal
    cuts: tuple[Cut, ...]


def read(state: State, customer: Data, known: Known, day: Day) -> Read:
    """The terms of each item of a subscription as it was said to be."""
    end = period_end(state.data)
    own = cuts.apart_from(state.data, customer, known, period_end=end)
    priced = {id_of(item): _priced(item, state.data, known, end) for item in items_of(state.data)}
    missing = {price_id(item) for item in items_of(state.data) if priced[id_of(item)] is None}
    found = [one for one in priced.values() if one]
    missing |= {cut.unknown for cut in [*own, *(cut for one in found for cut in one.cuts)] if cut.unknown}
    return Read(_terms(found, own, state, day), frozenset(missing))


def items_of(subscription: Data) -> list[Data]:
    """The items of a subscription, the oldest first. One of old times has just a plan."""
    found = rows(subscription.get("items"))
    if not found and subscription.get("plan"):
        return [{"id": f"{subscription.get('id')}", **{key: subscription.get(key) for key in ("plan", "quantity")}}]
    return sorted(found, key=lambda item: (item.get("created") or 0, id_of(item)))


def price_id(item: Data) -> str:
    return id_of(item.get("price")) or id_of(item.get("plan"))


def period_end(subscription: Data) -> int | None:
    """When what is paid for ends: said of the subscription, or of its items."""
    ends = [item.get("current_period_end") for item in rows(subscription.get("items"))]
    found: Any = subscription.get("current_period_end") or max(filter(None, ends), default=None)
    return None if found is None else int(found)


def _priced(item: Data, subscription: Data, known: Known, end: int | None) -> Priced | None:
    price = prices.price_of(item, known)
    quantity = Decimal(str(1 if item.get("quantity") is None else item["quantity"]))
    if price is None:
        return None
    total = Decimal(0) if price.metered else price.total(quantity)
    if total is None:
        return None
    rates = item.get("tax_rates") or subscription.get("default_tax_rates") or ()
    amount = prices.without_tax(total, [one for one in rates if isinstance(one, Mapping)]) if price.inclusive else total
    inner = cuts.cuts_of({"discounts": item.get("discounts")}, known, period_end=end)
    return Priced(id_of(item), price, quantity, amount, tuple(inner))


def _terms(found: Sequence[Priced], own: Sequence[Cut], state: State, day: Day) -> dict[str, Terms]:
    begins = max(state.at, int(state.data.get("start_date") or state.data.get("start") or 0))
    net = _net(found, own, begins, limited=True)
    lasting = _net(found, own, begins, limited=False)
    return {
        one.id: _one(one, amount, later, _last_end(one, own, begins), said=state.data, day=day)
        for one, amount, later in zip(found, net, lasting, strict=True)
    }


def _net(found: Sequence[Priced], own: Sequence[Cut], at: int, *, limited: bool) -> list[Decimal]:
    """What each item costs after the discounts that run; without ``limited``, after those that never end."""

    def running(some: Sequence[Cut]) -> list[Cut]:
        return [cut for cut in cuts.running(some, at) if limited or cut.ends is None]

    return cuts.after([cuts.after([one.amount], running(one.cuts))[0] for one in found], running(own))


def _last_end(one: Priced, own: Sequence[Cut], at: int) -> int | None:
    return max((cut.ends for cut in cuts.running([*one.cuts, *own], at) if cut.ends is not None), default=None)


def _one(one: Priced, net: Decimal, later: Decimal, ends: int | None, *, said: Data, day: Day) -> Terms:
    price = one.price
    interval, amount = prices.ours(prices.major(net, price.currency), price.interval, price.count)
    listed = later if ends else one.amount
    _same, before = prices.ours(prices.major(listed, price.currency), price.interval, price.count)
    trial = said.get("trial_end")
    return Terms(
        product=price.product,
        interval=interval,
        quantity=one.quantity,
        amount=amount,
        currency=price.currency,
        discount=before - amount,
        discount_ends_on=day(ends) if ends and before != amount else None,
        paused=bool(said.get("pause_collection")) or said.get("status") == "paused",
        metered=price.metered,
        trial_ends_on=day(int(trial)) if trial else None,
    )
