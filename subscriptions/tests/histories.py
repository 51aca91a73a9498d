"""Random histories of subscriptions, awkward on purpose, for property tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from subscriptions.domain.fx_rates import Rate
from subscriptions.domain.settings import DEFAULTS, SETTINGS
from subscriptions.models import Plan, Subscription, SubscriptionVersion

ODD = (
    "discount",
    "discount_ends_on",
    "paused",
    "metered",
    "metered_mean",
    "cancelled_on",
    "past_due_on",
    "term_ends_on",
    "auto_renews",
)
FIRST = date(2024, 1, 15)
RATES = {"EUR": ["1.1", "1.08371", "1.1329"], "GBP": ["1.25", "1.3017", "0.99999999"]}

# Few days, so that things meet: month ends, a leap day, the first of a month.
DAYS = [date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31)]
days = st.one_of(st.sampled_from(DAYS), st.integers(0, 75).map(lambda n: FIRST + timedelta(n)))
amounts = st.sampled_from(["0", "100", "100", "60", "33.3333", "0.0001", "250.5"]).map(Decimal)


@dataclass(frozen=True)
class Told:
    """One row of a version, by the places of its subscription and number."""

    subscription: int
    number: int
    known_on: date
    starts_on: date
    ends_on: date | None
    trial_ends_on: date | None
    mrr: Decimal
    currency: str
    quantity: Decimal
    plan: int
    churn_kind: str
    discount: Decimal = Decimal(0)
    discount_ends_on: date | None = None
    paused: bool = False
    metered: bool = False
    metered_mean: Decimal | None = None
    cancelled_on: date | None = None
    past_due_on: date | None = None
    term_ends_on: date | None = None
    auto_renews: bool | None = None


@st.composite
def oddities(draw: st.DrawFn, ends_on: date | None) -> dict[str, Any]:
    """What the settings are about."""
    return {
        "discount": draw(st.sampled_from(["0", "20", "33.3333"]).map(Decimal)),
        "discount_ends_on": draw(st.none() | days),
        "paused": draw(st.sampled_from([False, False, False, True])),
        "metered": draw(st.sampled_from([False, False, False, True])),
        "metered_mean": draw(st.none() | amounts),
        "cancelled_on": draw(st.none() | days) if ends_on else None,
        "past_due_on": draw(st.none() | st.none() | days) if ends_on else None,
        "term_ends_on": draw(st.none() | days),
        "auto_renews": draw(st.sampled_from([None, True, False])),
    }


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """Settings: of each any of its choices, of numbers a few."""
    chosen = {one.key: draw(st.sampled_from([key for key, _words in one.choices])) for one in SETTINGS if one.choices}
    return {
        **DEFAULTS,
        **chosen,
        "reactivation_within_days": draw(st.sampled_from([None, 1, 10, 40])),
        "past_due_days": draw(st.sampled_from([0, 5, 30])),
        "term_without_a_word_days": draw(st.sampled_from([0, 3, 30])),
        "rate_valid_days": 40,
    }


@st.composite
def version_rows(draw: st.DrawFn, subscription: int, number: int, currencies: Sequence[str], odd: bool) -> list[Told]:
    starts_on = draw(days)
    rows = []
    for place in range(draw(st.sampled_from([1, 2, 2, 3]))):
        ends_on = draw(st.none() | days.map(lambda day: max(day, starts_on))) if place else None
        rows.append(
            Told(
                subscription,
                number,
                known_on=draw(st.just(starts_on) | st.just(ends_on or starts_on) | days),
                starts_on=starts_on,
                ends_on=ends_on,
                trial_ends_on=draw(st.none() | st.none() | st.integers(0, 20).map(lambda n: starts_on + timedelta(n))),
                mrr=draw(amounts),
                currency=draw(st.sampled_from(currencies)),
                quantity=draw(st.sampled_from([Decimal(0), Decimal(1), Decimal(3), Decimal("7.5")])),
                plan=draw(st.sampled_from([0, 0, 1])),
                churn_kind=draw(st.sampled_from(["", "voluntary", "involuntary"])) if ends_on else "",
                **(draw(oddities(ends_on)) if odd else {}),
            )
        )
        if draw(st.booleans()):  # the usual case: only the end is new
            first = rows[0]
            rows[-1] = Told(**{**vars(first), "known_on": rows[-1].known_on, "ends_on": ends_on})
    return rows


@st.composite
def histories(draw: st.DrawFn, odd: bool = False) -> list[Told]:
    """The rows of one customer: some subscriptions with some versions each, which may overlap, corrected or ended."""
    odd = odd and draw(st.booleans())
    currencies = draw(st.sampled_from([["USD"], ["USD"], ["EUR"], ["USD", "EUR", "GBP"]]))
    return [
        row
        for subscription in range(draw(st.integers(1, 3)))
        for number in range(draw(st.integers(1, 3)))
        for row in draw(version_rows(subscription, number, currencies, odd))
    ]


def rates() -> list[Rate]:
    """A rate of each foreign currency every five days, so that there always is one; the first before all months."""
    return [
        Rate(FIRST + timedelta(5 * n), currency, Decimal(values[n % 3]))
        for currency, values in RATES.items()
        for n in range(-4, 30)
    ]


def write(history: Sequence[Told], plans: Sequence[Plan], customer: Customer | None = None) -> Customer:
    """Put a history into the database as it is, past the checker, without its ledger."""
    owner = customer or CustomerFactory()
    made = {n: Subscription.objects.create(customer=owner) for n in {row.subscription for row in history}}
    add(history, plans, made)
    return owner


def add(history: Sequence[Told], plans: Sequence[Plan], subscriptions: dict[int, Subscription]) -> None:
    SubscriptionVersion.objects.bulk_create(
        SubscriptionVersion(
            subscription=subscriptions[row.subscription],
            customer_id=subscriptions[row.subscription].customer_id,
            number=row.number,
            known_on=row.known_on,
            plan=plans[row.plan],
            interval="month",
            quantity=row.quantity,
            amount=row.mrr,
            mrr=0 if row.paused else row.mrr,
            currency=row.currency,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            trial_ends_on=row.trial_ends_on,
            churn_kind=row.churn_kind,
            **{name: getattr(row, name) for name in ODD},
        )
        for row in history
    )
