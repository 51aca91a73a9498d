"""Ten thousand random histories under random settings: the ledger as columns against the plain one."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any, Final

from django.db import transaction

from bench.harness import figures, scratch
from customers.models import Customer, Merge
from subscriptions.domain import fx_rates, ledger
from subscriptions.domain.ledger_plain import Book, Joined, Rates, ledger_of
from subscriptions.domain.settings import DEFAULTS, SETTINGS
from subscriptions.models import FxRate, Plan, Ruleset, SubscriptionVersion
from tools.figures import Figure, at_most, info

# What the property tests draw from, and how they read a ledger: tests are not typed.
tests: Any = import_module("subscriptions.tests.histories")
properties: Any = import_module("subscriptions.tests.test_ledger_properties")

HISTORIES: Final = 10_000
BATCH: Final = 50
SEED: Final = 20_260_101


@figures.measured("ledger_histories")
def ledger_histories() -> Iterator[Figure]:
    """Several subscriptions, overlaps, gaps, corrections, currencies, trials, pauses, discounts, silent and unpaid
    terms, merges, on few days so that things meet. Counted are customers of whom the two say something else.
    """
    chance, differences = random.Random(SEED), 0
    with scratch("histories"):
        fx_rates.record(rates=tests.rates())
        plans = [Plan.objects.create(name=name) for name in ("Team", "Business")]
        for _ in range(HISTORIES // BATCH):
            with transaction.atomic():
                differences += _batch(chance, plans)
                transaction.set_rollback(True)
    yield info("ledger_histories.histories", HISTORIES, "histories")
    yield at_most("ledger_histories.differences", differences, "customers", 0)


def _batch(chance: random.Random, plans: list[Plan]) -> int:
    rules = {**DEFAULTS, **_rules(chance)}
    histories = [_history(chance) for _ in range(BATCH)]
    customers = [tests.write(history, plans) for history in histories]
    pairs = [(one, other) for one, other in zip(customers[::5], customers[1::5], strict=True) if chance.random() < 0.5]
    for one, other in pairs:
        _merge(chance, one, other)
    ledger.compute(Ruleset(settings=rules), all_wild=chance.random() < 0.3)
    whole = Rates(FxRate.objects.all(), rules=rules)
    said = [(properties.fresh(one), ledger_of(_book(one, pairs, whole, rules), one.pk)) for one in customers]
    return sum(columns != plain for columns, plain in said)


def _book(customer: Customer, pairs: list[tuple[Customer, Customer]], whole: Rates, rules: dict[str, Any]) -> Book:
    own = next(({one.pk, other.pk} for one, other in pairs if customer in (one, other)), {customer.pk})
    rows = list(SubscriptionVersion.objects.filter(customer__in=own).order_by("id"))
    merges = Merge.objects.filter(from_customer__in=own)
    names = ("from_customer", "into_customer", "known_on", "undone_on")
    return Book(rows, whole, rules, [Joined(*row) for row in merges.values_list(*names)])


def _merge(chance: random.Random, one: Customer, other: Customer) -> None:
    known_on = _day(chance)
    undone_on = chance.choice([None, known_on + timedelta(chance.randrange(30))])
    Merge.objects.create(from_customer=one, into_customer=other, known_on=known_on, undone_on=undone_on)


def _rules(chance: random.Random) -> dict[str, Any]:
    chosen: dict[str, Any] = {one.key: chance.choice(one.choices)[0] for one in SETTINGS if one.choices}
    numbers = {
        "reactivation_within_days": chance.choice([None, 1, 10, 40]),
        "past_due_days": chance.choice([0, 5, 30]),
        "term_without_a_word_days": chance.choice([0, 3, 30]),
        "rate_valid_days": 40,
    }
    return {**chosen, **numbers}


def _history(chance: random.Random) -> list[Any]:
    currencies = chance.choice([["USD"], ["USD"], ["EUR"], ["USD", "EUR", "GBP"]])
    odd = chance.random() < 0.6
    return [
        row
        for subscription in range(chance.randint(1, 3))
        for number in range(chance.randint(1, 3))
        for row in _version(chance, (subscription, number), currencies, odd)
    ]


def _version(chance: random.Random, which: tuple[int, int], currencies: list[str], odd: bool) -> Iterator[Any]:
    starts_on = _day(chance)
    first: dict[str, Any] = {}
    for place in range(chance.choice([1, 2, 2, 3])):
        ends_on = chance.choice([None, max(_day(chance), starts_on)]) if place else None
        said = {
            **_agreed(chance, starts_on, chance.choice(currencies)),
            **(_oddities(chance, bool(ends_on)) if odd else {}),
        }
        first = first or said
        if place and chance.random() < 0.5:  # the usual case: only the end is new
            said = first
        known_on = chance.choice([starts_on, ends_on or starts_on, _day(chance)])
        yield tests.Told(*which, known_on=known_on, starts_on=starts_on, ends_on=ends_on, **said)


def _agreed(chance: random.Random, starts_on: date, currency: str) -> dict[str, Any]:
    return {
        "trial_ends_on": chance.choice([None, None, starts_on + timedelta(chance.randrange(20))]),
        "mrr": Decimal(chance.choice(["0", "100", "100", "60", "33.3333", "0.0001", "250.5"])),
        "currency": currency,
        "quantity": chance.choice([Decimal(0), Decimal(1), Decimal(3), Decimal("7.5")]),
        "plan": chance.choice([0, 0, 1]),
        "churn_kind": chance.choice(["", "voluntary", "involuntary"]),
    }


def _oddities(chance: random.Random, ends: bool) -> dict[str, Any]:
    return {
        "discount": Decimal(chance.choice(["0", "20", "33.3333"])),
        "discount_ends_on": chance.choice([None, _day(chance)]),
        "paused": chance.random() < 0.2,
        "metered": chance.random() < 0.2,
        "metered_mean": chance.choice([None, Decimal(55)]),
        "cancelled_on": chance.choice([None, _day(chance)]) if ends else None,
        "past_due_on": chance.choice([None, None, _day(chance)]) if ends else None,
        "term_ends_on": chance.choice([None, _day(chance)]),
        "auto_renews": chance.choice([None, True, False]),
    }


def _day(chance: random.Random) -> date:
    return chance.choice([chance.choice(tests.DAYS), tests.FIRST + timedelta(chance.randrange(76))])
