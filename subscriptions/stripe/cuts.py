"""Discounts of Stripe: on a customer, a subscription or one of its items; by percent or by amount; for how long."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from subscriptions.stripe.known import Data, Known, id_of

Amounts = list[Decimal]


@dataclass(frozen=True, slots=True)
class Cut:
    """``percent`` of 100, or an amount of the smallest unit; ``ends`` in seconds, None for as long as it runs."""

    percent: Decimal
    off: Decimal
    starts: int
    ends: int | None
    unknown: str = ""


def cuts_of(holder: Data, known: Known, *, period_end: int | None) -> list[Cut]:
    """The discounts that an object names, as ids or as what they are."""
    named = [*(holder.get("discounts") or []), *([holder["discount"]] if holder.get("discount") else [])]
    return [_cut(one, known, period_end) for one in named]


def apart_from(subscription: Data, customer: Data, known: Known, *, period_end: int | None) -> list[Cut]:
    """The discounts of a subscription; where it has none of its own, those of its customer."""
    own = cuts_of(subscription, known, period_end=period_end)
    return own or cuts_of(customer, known, period_end=period_end)


def _cut(said: Any, known: Known, period_end: int | None) -> Cut:
    own = known.latest("discount", id_of(said))
    data: Data | None = said if isinstance(said, Mapping) else (own.data if own else None)
    if data is None:
        return Cut(Decimal(0), Decimal(0), 0, None, unknown=id_of(said))
    coupon = _coupon(data, known)
    if coupon is None:
        return Cut(Decimal(0), Decimal(0), 0, None, unknown=id_of(data.get("coupon") or _source(data)))
    ends = data.get("end") or (period_end if coupon.get("duration") == "once" else None)
    percent, off = (Decimal(str(coupon.get(key) or 0)) for key in ("percent_off", "amount_off"))
    return Cut(percent, off, int(data.get("start") or 0), ends)


def _source(data: Data) -> Any:
    return (data.get("source") or {}).get("coupon")


def _coupon(data: Data, known: Known) -> Data | None:
    said = data.get("coupon") or _source(data)
    if isinstance(said, Mapping):
        return said
    found = known.latest("coupon", id_of(said))
    return found.data if found else None


def after(amounts: Sequence[Decimal], cuts: Iterable[Cut]) -> Amounts:
    """What is left of the amounts of the items: percents of each, amounts off all of them in proportion."""
    left = list(amounts)
    for cut in cuts:
        left = [amount * (1 - cut.percent / 100) for amount in left]
        total = sum(left, Decimal(0))
        share = max(Decimal(0), 1 - cut.off / total) if total else Decimal(1)
        left = [amount * share for amount in left]
    return left


def running(cuts: Iterable[Cut], at: int) -> Iterator[Cut]:
    """Those that are known and not over."""
    return (cut for cut in cuts if not cut.unknown and (cut.ends is None or cut.ends > at))
