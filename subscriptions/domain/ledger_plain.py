"""The ledger once more, customer by customer and day by day, in plain Python: what the columns are checked with."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import partial
from operator import mul
from typing import Any, Final

from subscriptions.domain import plain_spans
from subscriptions.domain.mrr import PLACES
from subscriptions.domain.plain_spans import Rules, Span
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
    discount: Decimal = ZERO
    churn_kind: str = ""
    kept: bool = False

    @classmethod
    def columns(cls) -> list[str]:
        return [field.name for field in fields(cls)]


Rows = Sequence[Span]
Place = tuple[date, date]  # the day, and when it was known
Balance = Mapping[str, Decimal]
Convert = Callable[[Decimal, str, date], Decimal]
Value = Callable[[Decimal, Span], Decimal]


class Rates:
    """Exchange rates: the first of a day is known from that day, a corrected one from when it was."""

    def __init__(self, rates: Iterable[FxRate], *, rules: Rules) -> None:
        self.reporting = rules["reporting_currency"]
        self.monthly = rules["fx"] == "first_of_month"
        self._by_day: dict[tuple[str, date], list[tuple[date, Decimal]]] = defaultdict(list)
        self._days: dict[str, list[date]] = defaultdict(list)
        for rate in sorted(rates, key=lambda rate: (rate.known_on, rate.pk)):
            listed = self._by_day[rate.currency, rate.day]
            listed.append((rate.known_on if listed else date.min, rate.rate))
            self._days[rate.currency].append(rate.day)

    def corrections(self, currencies: Iterable[str]) -> set[date]:
        wanted = set(currencies)
        return {known for (code, _), listed in self._by_day.items() if code in wanted for known, _ in listed[1:]}

    def convert(self, amount: Decimal, currency: str, day: date, known_on: date) -> Decimal:
        """KeyError where there is no rate."""
        if currency == self.reporting or not amount:
            return amount
        if self.monthly:
            day = day.replace(day=1)
        last = max((on for on in self._days[currency] if on <= day), default=None)
        if last is None:
            raise KeyError(f"{currency} on {day}")
        rate = [rate for since, rate in self._by_day[currency, last] if since <= known_on][-1]
        return _exactly(partial(mul, amount, rate))


@dataclass(frozen=True, slots=True)
class Joined:
    """That ``one`` is ``other`` from what was known on a day on, until it was undone."""

    one: int
    other: int
    known_on: date
    undone_on: date | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """The versions of a customer and of all whom they were ever merged with, the rates, the settings, the merges."""

    versions: Sequence[SubscriptionVersion]
    rates: Rates
    rules: Rules
    merges: Sequence[Joined] = ()

    def owner(self, customer: int, known_on: date) -> int:
        for merge in self.merges:
            if merge.one == customer and merge.known_on <= known_on < (merge.undone_on or date.max):
                return merge.other
        return customer

    def days(self) -> set[date]:
        """All days on which something became known."""
        merged = {day for merge in self.merges for day in (merge.known_on, merge.undone_on) if day}
        silent = {day for version in self.versions if (day := plain_spans.unheard(version, self.rules))}
        corrected = self.rates.corrections(version.currency for version in self.versions)
        return {version.known_on for version in self.versions} | merged | silent | corrected


def ledger_of(book: Book, customer: int) -> dict[Place, Moved]:
    """The rows of one customer's ledger by (day, known_on), each told only where it is new."""
    told: dict[Place, Moved] = {}
    last: dict[date, Moved] = {}
    for known_on in sorted(book.days()):
        world = world_of(book, customer, known_on)
        for day in sorted(last.keys() | world.keys()):
            moved = world.get(day, Moved())
            if moved != last.get(day, Moved()):
                told[day, known_on] = last[day] = moved
    return told


def world_of(book: Book, customer: int, known_on: date) -> dict[date, Moved]:
    """All movements of one customer by what was known at the end of ``known_on``."""
    own = [version for version in book.versions if book.owner(version.customer_id, known_on) == customer]
    spans = plain_spans.believed(own, book.rules, known_on)
    paid, idle = [span for span in spans if span.mrr], [span for span in spans if not span.mrr]
    days = sorted({day for span in paid for day in (span.begins, span.ends) if day})
    world: dict[date, Moved] = {}
    convert = partial(book.rates.convert, known_on=known_on)
    last: date | None = None
    for day in days:
        if _balance(paid, day - timedelta(1)) == _balance(paid, day):
            continue
        moved = _movement(paid, convert, day=day, carried=world[last].after if last else ZERO)
        world[day] = replace(moved, **_said(moved, book.rules, last, day, idle))
        last = day
    return world


def _said(moved: Moved, rules: Rules, last: date | None, day: date, idle: Rows) -> dict[str, Any]:
    within = rules["reactivation_within_days"]
    ever = last is not None and (within is None or (day - last).days <= within)
    kind = _kind(moved.before, moved.after, ever)
    return {"kind": kind, "kept": kind == "churn" and any(span.covers(day) for span in idle)}


def _movement(paid: Rows, convert: Convert, *, day: date, carried: Decimal) -> Moved:
    before = _total(_balance(paid, day - timedelta(1)), convert, day)
    after = _total(_balance(paid, day), convert, day)
    ended = [span for span in paid if span.ends == day]
    parts: Any = _parts(paid, convert, day=day, amount=after - before)
    return Moved(
        before=before,
        after=after,
        fx=before - carried,
        churn_kind=max((span.churn_kind for span in ended), default="") if not after else "",
        **parts,
    )


def _kind(before: Decimal, after: Decimal, ever: bool) -> str:
    if not before and after:
        return "reactivation" if ever else "new"
    if before and not after:
        return "churn"
    return "none" if before == after else "expansion" if after > before else "contraction"


def _parts(paid: Rows, convert: Convert, *, day: date, amount: Decimal) -> dict[str, Decimal]:
    parts = {"price": ZERO, "seats": ZERO, "plan_change": ZERO, "cross_sell": ZERO, "discount": ZERO}
    for subscription in {span.subscription for span in paid}:
        own = [span for span in paid if span.subscription == subscription]
        new = [span for span in own if span.begins == day]
        old = [span for span in own if span.ends == day]
        for part, value in _pair(old, new, lambda amount, span: convert(amount, span.currency, day)):
            parts[part] += value
    rest = amount - sum(parts.values())
    first = next((part for part in ("cross_sell", "plan_change", "seats", "discount") if parts[part]), "price")
    parts[first] += rest
    return parts


def _pair(old: Rows, new: Rows, value: Value) -> Iterator[tuple[str, Decimal]]:
    gained, lost = (sum((value(span.mrr, span) for span in some), ZERO) for some in (new, old))
    if not old or not new:
        yield "cross_sell", gained - lost
    elif len(old) + len(new) > 2 or old[0].currency != new[0].currency:
        yield "price", gained - lost
    else:
        yield from _followed(old[0], new[0], value)


def _followed(old: Span, new: Span, value: Value) -> Iterator[tuple[str, Decimal]]:
    """One part of a subscription takes over from another."""
    gained, lost = value(new.mrr, new), value(old.mrr, old)
    was, now = value(old.discount, old), value(new.discount, new)
    expected = _exactly(lambda: (gained + now) * was / (lost + was)) if was else ZERO
    yield "discount", expected - now
    rest = gained - lost - (expected - now)
    if old.plan != new.plan:
        yield "plan_change", rest
    elif old.quantity and old.quantity != new.quantity:
        seats = _exactly(lambda: (new.quantity - old.quantity) * lost / old.quantity)
        yield "seats", seats
        yield "price", rest - seats
    else:
        yield "price", rest


def _balance(paid: Rows, day: date) -> Balance:
    """MRR by currency at the end of a day; currencies without any are left out."""
    balance: dict[str, Decimal] = defaultdict(Decimal)
    for span in paid:
        if span.covers(day):
            balance[span.currency] += span.mrr
    return balance


def _total(balance: Balance, convert: Convert, day: date) -> Decimal:
    return sum((convert(mrr, currency, day) for currency, mrr in balance.items()), ZERO)


def _exactly(compute: Callable[[], Decimal]) -> Decimal:
    """Rounded once, half-even, to six decimals: the usual 28 digits are too few for a large amount times a rate."""
    with localcontext(prec=60):
        return compute().quantize(PLACES, ROUND_HALF_EVEN)
