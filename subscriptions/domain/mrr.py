from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from subscriptions.models.subscription import Interval

PLACES: Final = Decimal("0.000001")

# How many months of MRR an amount per interval is worth, as a fraction.
FACTORS: Final[Mapping[str, tuple[int, int]]] = {
    Interval.WEEK: (52, 12),
    Interval.MONTH: (1, 1),
    Interval.QUARTER: (1, 3),
    Interval.HALF_YEAR: (1, 6),
    Interval.YEAR: (1, 12),
}


def mrr_of(*, amount: Decimal, interval: str) -> Decimal:
    """The MRR of a price of ``amount`` per ``interval``, in the price's currency: year ÷ 12, half-year ÷ 6,
    quarter ÷ 3, week × 52 ÷ 12; rounded once, half-even, to six decimals. An unknown interval raises KeyError.
    """
    times, by = FACTORS[interval]
    return (amount * times / by).quantize(PLACES, ROUND_HALF_EVEN)


def mrr_sql(*, amount: str, interval: str) -> str:
    """The same as an SQL expression over two columns.

    PostgreSQL rounds ties away from zero. There are none: an amount has at most four decimals, and n/10⁴ × 52/12 or
    less never ends exactly in the middle of two millionths (the divisor twelve leaves no odd number of halves).
    Twelve decimals before rounding tell the two sides of a middle apart, whatever the amount.
    """
    cases = " ".join(
        f"WHEN '{key}' THEN round({amount} * {times} / {by}.000000000000, 6)" for key, (times, by) in FACTORS.items()
    )
    return f"CASE {interval} {cases} END"
