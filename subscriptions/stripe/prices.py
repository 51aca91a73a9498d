"""What a price of Stripe costs, and how often, in our terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from subscriptions.models import Interval
from subscriptions.stripe.known import Data, Known, id_of

# Amounts are in the smallest unit, which is not a hundredth everywhere.
WHOLE: Final = frozenset({
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip
THOUSANDTHS: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
PLACES: Final = Decimal("0.0001")
MONTHS: Final = ((12, Interval.YEAR), (6, Interval.HALF_YEAR), (3, Interval.QUARTER), (1, Interval.MONTH))
DAYS_OF_YEAR: Final = 365


@dataclass(frozen=True, slots=True)
class Price:
    """A recurring price: what a unit costs (None where it goes by tiers that nobody told us) every ``count`` times
    ``interval``, in the smallest unit of ``currency``."""

    id: str
    product: str
    currency: str
    interval: str
    count: int
    unit: Decimal | None
    metered: bool
    inclusive: bool
    tiers: tuple[tuple[Decimal | None, Decimal, Decimal], ...] = ()
    graduated: bool = False
    divide_by: int = 1
    round_up: bool = False

    def total(self, quantity: Decimal) -> Decimal | None:
        """What so many units cost; None where that is not known."""
        packs = (quantity / self.divide_by).to_integral_value(ROUND_CEILING if self.round_up else ROUND_FLOOR)
        units = packs if self.divide_by > 1 else quantity
        if self.tiers:
            return _graduated(self.tiers, units) if self.graduated else _volume(self.tiers, units)
        return None if self.unit is None else self.unit * units


def price_of(item: Data, known: Known) -> Price | None:
    """The price of an item of a subscription or of a phase; None where it is one-off or not known."""
    for kind in ("price", "plan"):
        inner = item.get(kind)
        own = known.latest("price", id_of(inner)) or known.latest("plan", id_of(inner))
        said = inner if isinstance(inner, Mapping) and not _has_tiers(own) else (own.data if own else None)
        if said is not None and (read := _read(said)):
            return read
    return None


def _has_tiers(state: Any) -> bool:
    return bool(state and state.data.get("tiers"))


def _read(data: Data) -> Price | None:
    recurring = data if data.get("interval") else data.get("recurring")
    if not isinstance(recurring, Mapping) or not recurring.get("interval"):
        return None
    unit = next((data[key] for key in _AMOUNTS if data.get(key) is not None), None)
    packs = data.get("transform_quantity") or data.get("transform_usage") or {}
    return Price(
        id=str(data.get("id") or ""),
        product=id_of(data.get("product")) or str(data.get("id") or ""),
        currency=str(data.get("currency") or "").upper(),
        interval=str(recurring["interval"]),
        count=max(1, int(recurring.get("interval_count") or 1)),
        unit=None if unit is None else Decimal(str(unit)),
        metered=(recurring.get("usage_type") or "licensed") == "metered",
        inclusive=data.get("tax_behavior") == "inclusive",
        tiers=tuple(_tier(one) for one in data.get("tiers") or ()),
        graduated=data.get("tiers_mode") == "graduated",
        divide_by=max(1, int(packs.get("divide_by") or 1)),
        round_up=packs.get("round") == "up",
    )


_AMOUNTS: Final = ("unit_amount_decimal", "unit_amount", "amount_decimal", "amount")


def _tier(data: Data) -> tuple[Decimal | None, Decimal, Decimal]:
    """Up to which quantity (None: any), what a unit costs in it, and what the tier costs as such."""
    upto = data.get("up_to")
    unit = data.get("unit_amount_decimal") or data.get("unit_amount") or 0
    flat = data.get("flat_amount_decimal") or data.get("flat_amount") or 0
    return None if upto in (None, "inf") else Decimal(str(upto)), Decimal(str(unit)), Decimal(str(flat))


def _volume(tiers: Sequence[tuple[Decimal | None, Decimal, Decimal]], units: Decimal) -> Decimal:
    for upto, unit, flat in tiers:
        if upto is None or units <= upto:
            return unit * units + flat
    return tiers[-1][1] * units + tiers[-1][2]


def _graduated(tiers: Sequence[tuple[Decimal | None, Decimal, Decimal]], units: Decimal) -> Decimal:
    total, below = Decimal(0), Decimal(0)
    for upto, unit, flat in tiers:
        within = (units if upto is None else min(units, upto)) - below
        if within <= 0 and below:
            break
        total += unit * max(within, Decimal(0)) + flat
        below = upto if upto is not None else units
    return total


def major(amount: Decimal, currency: str) -> Decimal:
    """An amount of the smallest unit in the currency itself."""
    if currency in WHOLE:
        return amount
    return amount / (1000 if currency in THOUSANDTHS else 100)


def ours(amount: Decimal, interval: str, count: int) -> tuple[str, Decimal]:
    """An amount every ``count`` intervals of Stripe as one of ours and what it comes to; rounded to four decimals.

    Months that make whole years, half-years or quarters stay those; of other numbers it is the share of one. Seven
    days are a week; other days go by a year of 365.
    """
    if interval == "day":
        if count % 7 == 0:
            return Interval.WEEK, _rounded(amount / (count // 7))
        return Interval.YEAR, _rounded(amount * DAYS_OF_YEAR / count)
    if interval == "month":
        months, ours = next(pair for pair in MONTHS if count % pair[0] == 0)
        return ours, _rounded(amount / (count // months))
    return (Interval.WEEK if interval == "week" else Interval.YEAR), _rounded(amount / count)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(PLACES, ROUND_HALF_EVEN)


def without_tax(amount: Decimal, rates: Sequence[Any]) -> Decimal:
    """What is left of an amount that holds its taxes."""
    share = sum((Decimal(str(one.get("percentage") or 0)) for one in rates if one.get("inclusive")), Decimal(0))
    return amount / (1 + share / 100)
