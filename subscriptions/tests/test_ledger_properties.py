"""The ledger as columns against the plain one, over random histories, settings and merges."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer, Merge
from subscriptions.domain import fx_rates, ledger, rulesets, stage
from subscriptions.domain.fx_rates import Rate
from subscriptions.domain.ledger_append import FRESH, TABLE
from subscriptions.domain.ledger_plain import Book, Joined, Moved, Rates, ledger_of, world_of
from subscriptions.domain.settings import DEFAULTS
from subscriptions.models import FxRate, MrrMovement, Plan, Ruleset, Subscription, SubscriptionVersion
from subscriptions.tests.factories import PlanFactory
from subscriptions.tests.histories import FIRST, Told, add, days, histories, rates, rules, write
from tests.support.sizes import thorough

pytestmark = pytest.mark.django_db
searched = settings(deadline=None, max_examples=thorough(10, 300), suppress_health_check=list(HealthCheck))

Places = dict[tuple[date, date], Moved]
Merging = list[tuple[int, int, date, int | None]]

# The ledger is kept under each of these: all settings in both of their ways.
KEPT: list[dict[str, object]] = [
    {},
    {
        "churn_counts": "when_asked",
        "endless_discounts": "ignored",
        "paused": "keeps_mrr",
        "paid_to_free": "churn",
        "metered": "trailing_mean",
        "reactivation_within_days": 10,
        "term_without_a_word_days": 5,
        "fx": "first_of_month",
        "rate_valid_days": 40,
    },
    {
        "churn_counts": "billing_ends",
        "limited_discounts": "ignored",
        "metered": "left_out",
        "past_due_days": 5,
        "reactivation_within_days": 1,
        "term_without_a_word_days": 30,
    },
]


class Undo(Exception):
    pass


@dataclass(frozen=True)
class Ground:
    rulesets: list[Ruleset]
    plans: list[Plan]


@pytest.fixture
def ground() -> Ground:
    made = [rulesets.establish(**{"reporting_currency": "USD", **kept}) for kept in KEPT]
    fx_rates.record(rates=rates())
    return Ground(made, [PlanFactory(), PlanFactory()])


@st.composite
def merging(draw: st.DrawFn) -> Merging:
    """Whom of four customers is whom, from when, and for how many days: each at most once at a time."""
    pairs = draw(st.lists(st.sampled_from([(1, 0), (2, 0), (3, 0)]), max_size=2, unique=True))
    return [(one, other, draw(days), draw(st.none() | st.integers(0, 30))) for one, other in pairs]


def merge(customers: Sequence[Customer], merges: Merging) -> None:
    for one, other, known_on, lasting in merges:
        undone_on = None if lasting is None else known_on + timedelta(lasting)
        Merge.objects.create(
            from_customer=customers[one], into_customer=customers[other], known_on=known_on, undone_on=undone_on
        )


def book(chosen: Mapping[str, object], *customers: Customer) -> Book:
    rows = SubscriptionVersion.objects.filter(customer__in=customers).order_by("id")
    merges = Merge.objects.order_by("pk").values_list("from_customer", "into_customer", "known_on", "undone_on")
    return Book(list(rows), Rates(FxRate.objects.all(), rules=chosen), chosen, [Joined(*row) for row in merges])


def fresh(customer: Customer) -> Places:
    columns = ", ".join(Moved.columns())
    rows = stage.fetch(
        f"SELECT day, known_on, {columns} FROM ({FRESH.format(source=TABLE)}) f WHERE customer_id = {customer.pk}"
    )
    return {(day, known_on): Moved(*rest) for day, known_on, *rest in rows}


def in_force(ruleset: Ruleset, customer: Customer, known_on: date) -> dict[date, Moved]:
    """What a reader sees: a row counts unless one that replaces stands after it. Days on which nothing happened not."""
    rows = MrrMovement.objects.filter(ruleset=ruleset, customer=customer, known_on__lte=known_on)
    by_day: dict[date, list[MrrMovement]] = defaultdict(list)
    for row in rows.order_by("known_on", "revision"):
        if row.replaces:
            by_day[row.day] = []
        by_day[row.day].append(row)
    assert all(len(rows) == 1 for rows in by_day.values())
    seen = {day: Moved(*(getattr(row, name) for name in Moved.columns())) for day, (row,) in by_day.items()}
    return {day: moved for day, moved in seen.items() if moved != Moved()}


@searched
@given(st.lists(histories(odd=True), min_size=4, max_size=4), rules(), merging())
def test_columns_and_plain_python_agree(
    ground: Ground, several: list[list[Told]], chosen: dict[str, object], merges: Merging
) -> None:
    with pytest.raises(Undo), transaction.atomic():
        customers = [write(history, ground.plans) for history in several]
        merge(customers, merges)
        said = book(chosen, *customers)
        for all_wild in (False, True):
            ledger.compute(Ruleset(settings=chosen), all_wild=all_wild)
            for customer in customers:
                assert fresh(customer) == ledger_of(said, customer.pk)
        raise Undo


@searched
@given(
    histories(odd=True),
    histories(odd=True),
    st.lists(st.tuples(st.sampled_from(["EUR", "GBP"]), days), max_size=2, unique=True),
    st.sampled_from([0, 1, 2]),
    st.none() | days,
)
def test_what_comes_later_is_appended(  # noqa: PLR0917
    ground: Ground,
    before: list[Told],
    after: list[Told],
    corrections: list[tuple[str, date]],
    which: int,
    merged_on: date | None,
) -> None:
    """Whatever is recorded in whatever order: a reader sees, as known on each day, what the plain ledger says."""
    ruleset = ground.rulesets[which]
    with pytest.raises(Undo), transaction.atomic():
        customer, other = write(before, ground.plans), write(after, ground.plans)
        ledger.refresh(customers=[customer.pk, other.pk], ruleset=ruleset)
        made = {n: Subscription.objects.create(customer=customer) for n in (3, 4)}
        made |= dict(enumerate(Subscription.objects.filter(customer=customer).order_by("id")[:3]))
        made = {n: made.get(n, made[3]) for n in range(3)}
        add(after, ground.plans, made)
        ledger.refresh(customers=[customer.pk], ruleset=ruleset)
        for currency, day in corrections:
            fx_rates.record(rates=[Rate(day, currency, Decimal(2))], known_on=day + timedelta(9))
        if merged_on:
            merge([customer, other], [(1, 0, merged_on, None)])
        ledger.refresh(customers=[customer.pk, other.pk], ruleset=ruleset)
        assert ledger.refresh(customers=[customer.pk, other.pk], ruleset=ruleset) == 0
        said = book(rulesets.rules(ruleset), customer, other)
        for known_on in [FIRST, *sorted(said.days())]:
            for one in (customer, other):
                assert in_force(ruleset, one, known_on) == world_of(said, one.pk, known_on)
        raise Undo


@searched
@given(histories(odd=True), days, rules())
def test_what_became_known_later_changes_nothing_then(
    ground: Ground, history: list[Told], known_on: date, chosen: dict[str, object]
) -> None:
    with pytest.raises(Undo), transaction.atomic():
        whole = write(history, ground.plans)
        then = write([row for row in history if row.known_on <= known_on], ground.plans)
        ledger.compute(Ruleset(settings=chosen))
        told = {place: moved for place, moved in fresh(whole).items() if place[1] <= known_on}
        assert told == {place: moved for place, moved in fresh(then).items() if place[1] <= known_on}
        raise Undo


@searched
@given(histories(odd=True), rules())
def test_each_row_adds_up(ground: Ground, history: list[Told], chosen: dict[str, object]) -> None:
    """amount = its parts, and before = what was carried + FX, as known on each day."""
    with pytest.raises(Undo), transaction.atomic():
        said = book(chosen, write(history, ground.plans))
        for known_on in said.days():
            carried = Decimal(0)
            for _day, moved in sorted(world_of(said, said.versions[0].customer_id, known_on).items()):
                parts = moved.price + moved.seats + moved.plan_change + moved.cross_sell + moved.discount
                assert moved.after - moved.before == parts
                assert moved.before == carried + moved.fx
                carried = moved.after
        raise Undo


def test_the_kept_rulesets_know_every_setting() -> None:
    assert all(rulesets.rules(Ruleset(settings=kept)).keys() == DEFAULTS.keys() for kept in KEPT)
