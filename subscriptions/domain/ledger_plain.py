"""The ledger once more, customer by customer and day by day, in plain Python: what the columns are checked with."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import partial
from operator import mul
from typing import Final

from subscriptions.domain.mrr import PLACES
from subscriptions.models import FxRate, SubscriptionVersion

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Moved:
    """What one row of the ledger says, but for its place: amounts in the reporting currency."""

    kind: str = "none"
    before: Decimal = ZERO
    after: Decimal = ZERO
    fx: Decimal = ZERO
    price: Decimal = ZERO
    seats: Decimal = ZERO
    plan_change: Decimal = ZERO
    cross_sell: Decimal = ZERO
    churn_kind: str = ""

    @classmethod
    def columns(cls) -> list[str]:
        return [field.name for field in fields(cls)]


Rows = Sequence[SubscriptionVersion]
Place = tuple[date, date]  # the day, and when it was known
Balance = Mapping[str, Decimal]
Convert = Callable[[Decimal, str, date], Decimal]
Value = Callable[[SubscriptionVersion], Decimal]


class Rates:
    """Exchange rates: the first of a day is known from that day, a corrected one from when it was."""

    def __init__(self, rates: Iterable[FxRate], *, reporting: str, valid_days: int, today: date = date.max) -> None:
        self.reporting, self.valid_days, self.today = reporting, valid_days, today
        self._by_day: dict[tuple[str, date], list[tuple[date, Decimal]]] = defaultdict(list)
        for rate in sorted(rates, key=lambda rate: (rate.known_on, rate.pk)):
            listed = self._by_day[rate.currency, rate.day]
            listed.append((rate.known_on if listed else date.min, rate.rate))

    def corrections(self, currencies: Iterable[str]) -> set[date]:
        wanted = set(currencies)
        return {known for (code, _), listed in self._by_day.items() if code in wanted for known, _ in listed[1:]}

    def convert(self, amount: Decimal, currency: str, day: date, known_on: date) -> Decimal:
        """KeyError where there is no rate."""
        if currency == self.reporting or not amount:
            return amount
        # A day that is still to come has the rate of today until then.
        for back in range((day - min(day, self.today)).days + self.valid_days):
            known = [rate for since, rate in self._by_day[currency, day - timedelta(back)] if since <= known_on]
            if known:
                return _exactly(partial(mul, amount, known[-1]))
        raise KeyError(f"{currency} on {day}")


def ledger_of(versions: Rows, rates: Rates) -> dict[Place, Moved]:
    """The rows of one customer's ledger by (day, known_on), each told only where it is new."""
    told: dict[Place, Moved] = {}
    last: dict[date, Moved] = {}
    known_days = {version.known_on for version in versions} | rates.corrections(v.currency for v in versions)
    for known_on in sorted(known_days):
        world = world_of(versions, rates, known_on)
        for day in sorted(last.keys() | world.keys()):
            moved = world.get(day, Moved())
            if moved != last.get(day, Moved()):
                told[day, known_on] = last[day] = moved
    return told


def world_of(versions: Rows, rates: Rates, known_on: date) -> dict[date, Moved]:
    """All movements of one customer by what was known at the end of ``known_on``."""
    believed = [version for version in _latest(versions, known_on) if _pays(version)]
    days = sorted({day for version in believed for day in (_begins(version), version.ends_on) if day})
    world: dict[date, Moved] = {}
    convert = partial(rates.convert, known_on=known_on)
    carried, ever = ZERO, False
    for day in days:
        before, after = _balance(believed, day - timedelta(1)), _balance(believed, day)
        if before == after:
            continue
        world[day] = _movement(believed, convert, day=day, carried=carried, ever=ever)
        carried, ever = world[day].after, True
    return world


def _movement(believed: Rows, convert: Convert, *, day: date, carried: Decimal, ever: bool) -> Moved:
    before = _total(_balance(believed, day - timedelta(1)), convert, day)
    after = _total(_balance(believed, day), convert, day)
    ended = [version for version in believed if version.ends_on == day]
    return Moved(
        kind=_kind(before, after, ever),
        before=before,
        after=after,
        fx=before - carried,
        churn_kind=max((version.churn_kind for version in ended), default="") if not after else "",
        **_parts(believed, convert, day=day, amount=after - before),
    )


def _kind(before: Decimal, after: Decimal, ever: bool) -> str:
    if not before and after:
        return "reactivation" if ever else "new"
    if before and not after:
        return "churn"
    return "none" if before == after else "expansion" if after > before else "contraction"


def _parts(believed: Rows, convert: Convert, *, day: date, amount: Decimal) -> dict[str, Decimal]:
    parts = {"price": ZERO, "seats": ZERO, "plan_change": ZERO, "cross_sell": ZERO}
    for subscription in {version.subscription_id for version in believed}:
        own = [version for version in believed if version.subscription_id == subscription]
        new = [version for version in own if _begins(version) == day]
        old = [version for version in own if version.ends_on == day]
        for part, value in _pair(old, new, lambda version: convert(version.mrr, version.currency, day)):
            parts[part] += value
    rest = amount - sum(parts.values())
    first = next((part for part in ("cross_sell", "plan_change", "seats") if parts[part]), "price")
    parts[first] += rest
    return parts


def _pair(old: Rows, new: Rows, value: Value) -> Iterator[tuple[str, Decimal]]:
    gained, lost = sum(map(value, new), ZERO), sum(map(value, old), ZERO)
    if not old or not new:
        yield "cross_sell", gained - lost
    elif len(old) + len(new) > 2 or old[0].currency != new[0].currency:
        yield "price", gained - lost
    elif old[0].plan_id != new[0].plan_id:
        yield "plan_change", gained - lost
    elif old[0].quantity and old[0].quantity != new[0].quantity:
        seats = _exactly(lambda: (new[0].quantity - old[0].quantity) * lost / old[0].quantity)
        yield "seats", seats
        yield "price", gained - lost - seats
    else:
        yield "price", gained - lost


def _latest(versions: Rows, known_on: date) -> list[SubscriptionVersion]:
    latest: dict[tuple[int, int], SubscriptionVersion] = {}
    for version in sorted(versions, key=lambda version: (version.known_on, version.pk)):
        if version.known_on <= known_on:
            latest[version.subscription_id, version.number] = version
    return list(latest.values())


def _begins(version: SubscriptionVersion) -> date:
    return max(version.starts_on, version.trial_ends_on or version.starts_on)


def _pays(version: SubscriptionVersion) -> bool:
    return version.mrr > 0 and (version.ends_on is None or version.ends_on > _begins(version))


def _balance(believed: Rows, day: date) -> Balance:
    """MRR by currency at the end of a day; currencies without any are left out."""
    balance: dict[str, Decimal] = defaultdict(Decimal)
    for version in believed:
        if _begins(version) <= day and (version.ends_on is None or version.ends_on > day):
            balance[version.currency] += version.mrr
    return balance


def _total(balance: Balance, convert: Convert, day: date) -> Decimal:
    return sum((convert(mrr, currency, day) for currency, mrr in balance.items()), ZERO)


def _exactly(compute: Callable[[], Decimal]) -> Decimal:
    """Rounded once, half-even, to six decimals: the usual 28 digits are too few for a large amount times a rate."""
    with localcontext(prec=60):
        return compute().quantize(PLACES, ROUND_HALF_EVEN)
