from datetime import date, timedelta
from decimal import Decimal

import pytest

from churn.queries.retention import Asked, Line, Period, breaks, periods, report
from churn.queries.retention.lines import Cohort, Money, Rates, compounded, written
from core import clock
from customers.models import Customer
from customers.rules import parse
from customers.tests.factories import AttributeChangeFactory, MergeFactory
from subscriptions.domain import generations, rulesets
from subscriptions.models import MrrMovement
from subscriptions.tests.factories import SubscriptionFactory, agree, rate, sell

pytestmark = pytest.mark.django_db

JAN, FEB, MAR, APR, MAY = (date(2025, month, 1) for month in range(1, 6))
FIRST = date(2024, 6, 1)


def one(start: date, end: date, **asked: object) -> Line:
    (line,) = report([Period(start, end)], Asked(**asked))
    return line


def sold(count: int, amount: str | int = 100, **more: object) -> list[Customer]:
    return [sell(None, amount, FIRST, **more).customer for _ in range(count)]


@pytest.mark.parametrize(("lost", "of", "rate"), [(40, 800, 0.05), (50, 1000, 0.05), (0, 10, 0), (0, 0, None)])
def test_customer_churn(lost: int, of: int, rate: float | None) -> None:
    assert Rates.of(Cohort(of, lost, 0, 0, 0), Money(*[0] * 8)).customer_churn == rate


@pytest.mark.parametrize(
    ("start", "end", "kept", "nrr", "grr"),
    [(100_000, 107_000, 92_000, 1.07, 0.92), (100, 90, 80, 0.9, 0.8), (100_000, 95_000, 95_000, 0.95, 0.95)],
)
def test_retention_and_churn_of_mrr(start: int, end: int, kept: int, nrr: float, grr: float) -> None:
    rates = Rates.of(Cohort(10, 0, start, end, kept), Money(*[0] * 8))
    assert (rates.nrr, rates.grr) == (nrr, grr)
    assert rates.gross_mrr_churn == pytest.approx(1 - grr)
    assert rates.net_mrr_churn == pytest.approx(1 - nrr)


def test_quick_ratio_and_what_has_no_answer() -> None:
    money = Money(0, 20, 8, 3, 5, 0, 0, 0)
    assert Rates.of(Cohort(0, 0, 0, 0, 0), money).quick_ratio == 3.5
    nothing = Rates.of(Cohort(0, 0, 0, 0, 0), Money(0, 20, 0, 0, 0, 0, 0, 20))
    assert set(vars_of(nothing)) == {None}


def vars_of(rates: Rates) -> list[float | None]:
    return [getattr(rates, name) for name in Rates.__slots__]


def test_compounding() -> None:
    assert round(compounded(0.01) or 0, 3) == 0.114
    assert round(compounded(0.08) or 0, 3) == 0.632
    assert compounded(None) is None


def test_the_examples_from_versions() -> None:
    """107 % and 92 %: of 100,000, 8,000 leave and 15,000 come on top."""
    sold(2, 4000, ends_on=FEB, cancelled_on=FEB)
    kept = sold(1, 77_000)
    grown = SubscriptionFactory()
    agree(grown, 15_000, FIRST, ends_on=date(2025, 2, 10))
    agree(grown, 30_000, date(2025, 2, 10))
    line = one(FEB, MAR)
    assert (line.rates.nrr, line.rates.grr, line.rates.customer_churn) == (1.07, 0.92, 0.5)
    assert (written(line.mrr.start), written(line.mrr.expansion), written(line.mrr.churn)) == (
        "100000.00",
        "15000.00",
        "8000.00",
    )
    assert line.rates.quick_ratio == 15 / 8
    assert (line.arpa, line.few, line.missing) == (Decimal(53_500), True, (0, 0))
    assert kept


def test_the_state_is_that_of_the_start_of_the_day() -> None:
    """Who starts on the first is new in that month; who ends on the first leaves in it."""
    sell(None, 100, FEB, ends_on=MAR)
    february, march = report(periods(FEB, APR, "month"), Asked())
    assert (february.customers.start, february.customers.new, february.customers.end) == (0, 1, 1)
    assert (march.customers.start, march.customers.churned, march.customers.end) == (1, 1, 0)
    assert (february.rates.customer_churn, march.rates.customer_churn) == (None, 1)


def test_new_and_gone_in_one_period_shows_both_and_is_in_no_rate() -> None:
    sold(1)
    sell(None, 50, date(2025, 2, 3), ends_on=date(2025, 2, 20))
    line = one(FEB, MAR)
    assert (line.customers.new, line.customers.churned, line.customers.end) == (1, 1, 1)
    assert (line.rates.nrr, line.rates.customer_churn, line.missing) == (1, 0, (0, 0))


def test_new_and_gone_in_one_period_may_be_left_out() -> None:
    sold(1)
    sell(None, 50, date(2025, 2, 3), ends_on=date(2025, 2, 20))
    sell(None, 70, date(2025, 2, 3), ends_on=date(2025, 3, 20))
    assert (one(FEB, MAR).customers.new, one(FEB, MAR).customers.churned) == (2, 1)
    generations.change(settings={"new_and_gone_in_one_period": "left_out"}, by=None)
    february, both = one(FEB, MAR), one(FEB, APR)
    assert (february.customers.new, february.customers.churned, february.mrr.new) == (1, 0, 70_000_000)
    assert (both.customers.new, both.customers.churned, both.customers.end) == (0, 0, 1)
    assert february.missing == both.missing == (0, 0)


def test_what_is_scheduled_has_not_happened() -> None:
    today = clock.today()
    sell(None, 100, FIRST, ends_on=today + timedelta(days=1), cancelled_on=today)
    line = one(today - timedelta(days=5), today + timedelta(days=40))
    assert (line.customers.churned, line.customers.end, line.rates.grr, line.provisional) == (0, 1, 1, True)
    later = one(today + timedelta(days=3), today + timedelta(days=40))
    assert (later.customers.start, later.rates.grr) == (1, None)


def test_what_happens_today_counts() -> None:
    today = clock.today()
    sell(None, 100, today)
    assert one(today, today + timedelta(days=30)).customers.new == 1


def test_known_on() -> None:
    """The end of March was told in May: until then nobody had left."""
    subscription = SubscriptionFactory()
    agree(subscription, 100, FIRST)
    agree(subscription, 100, FIRST, known_on=date(2025, 5, 10), ends_on=date(2025, 3, 15))
    assert one(MAR, APR).customers.churned == 1
    assert one(MAR, APR, known_on=date(2025, 5, 11)).customers.churned == 1
    before = one(MAR, APR, known_on=date(2025, 5, 10))
    assert (before.customers.churned, before.customers.end, before.rates.grr) == (0, 1, 1)


def test_exchange_rates_stand_apart() -> None:
    rate("EUR", "1.1", FIRST)
    rate("EUR", "1.2", date(2025, 2, 9))
    subscription = SubscriptionFactory()
    agree(subscription, 100, FIRST, currency="EUR", ends_on=date(2025, 2, 10))
    agree(subscription, 150, date(2025, 2, 10), currency="EUR")
    line = one(FEB, MAR)
    assert [written(getattr(line.mrr, name)) for name in ("start", "fx", "expansion", "end")] == [
        "110.00",
        "10.00",
        "60.00",
        "180.00",
    ]
    assert line.missing == (0, 0)


def test_groups_are_those_of_the_start_and_of_the_first_movement() -> None:
    """R19: a later value changes the next period; who enters is counted by the value of that day."""
    moved, entered = sold(1)[0], sell(None, 70, date(2025, 2, 10)).customer
    AttributeChangeFactory(customer=moved, value="Retail", day=FIRST)
    AttributeChangeFactory(customer=moved, value="Health", day=date(2025, 2, 5))
    AttributeChangeFactory(customer=entered, value="Retail", day=date(2025, 2, 10))
    AttributeChangeFactory(customer=entered, value="Health", day=date(2025, 2, 20))
    lines = report(periods(FEB, APR, "month"), Asked(by="industry"))
    assert [(line.period.start, line.group, line.customers.start, line.customers.end) for line in lines] == [
        (FEB, "Retail", 1, 2),
        (MAR, "Health", 2, 2),
        (MAR, "Retail", 0, 0),
    ]
    assert all(line.missing == (0, 0) for line in lines)
    assert [(line.transfers.customers, written(line.transfers.mrr)) for line in lines] == [
        (0, "0.00"),
        (2, "170.00"),
        (-2, "-170.00"),
    ]


def test_who_has_no_value_is_a_group_of_its_own() -> None:
    sold(2)
    (line,) = report([Period(FEB, MAR)], Asked(by="industry"))
    assert (line.group, line.customers.start) == (None, 2)


def test_a_filter_counts_who_met_it_then() -> None:
    inside, outside = sold(2)
    AttributeChangeFactory(customer=inside, value="Retail", day=FIRST)
    AttributeChangeFactory(customer=inside, value="Health", day=date(2025, 2, 5))
    rule = parse({"all": [{"key": "attribute.industry", "op": "is", "value": "Retail"}]})
    february, march = report(periods(FEB, APR, "month"), Asked(rule=rule))
    assert (february.customers.start, february.customers.end, march.customers.start) == (1, 1, 0)
    assert (march.transfers.customers, march.transfers.mrr) == (-1, -february.mrr.end)
    assert outside


def test_only_the_customers_asked_for() -> None:
    one_of, _other = sold(2)
    assert one(FEB, MAR, customers=[one_of.pk]).customers.start == 1
    assert one(FEB, MAR, customers=[]).customers.start == 0


def test_two_that_are_one_count_once() -> None:
    one_of, other = sold(2)
    MergeFactory(from_customer=other, into_customer=one_of, known_on=MAY)
    assert one(FEB, MAR).customers.start == 1
    assert one(FEB, MAR, known_on=MAY).customers.start == 2


def test_the_loss_of_one_record_is_no_loss_of_the_customer() -> None:
    kept, gone = sold(1)[0], sold(1, 50, ends_on=date(2025, 2, 10))[0]
    MergeFactory(from_customer=gone, into_customer=kept, known_on=MAY)
    line = one(FEB, MAR)
    assert (line.customers.churned, written(line.mrr.contraction), written(line.mrr.churn)) == (0, "50.00", "0.00")
    assert (line.missing, list(breaks([Period(FEB, MAR)]))) == ((0, 0), [])
    assert one(FEB, MAR, known_on=MAY).customers.churned == 1
    assert one(FIRST, date(2025, 1, 1)).customers.new == 1


def test_a_ledger_that_says_something_else_breaks_the_identity() -> None:
    customer = sell(None, 100, date(2025, 2, 10)).customer
    assert list(breaks([Period(FEB, MAR)])) == []
    MrrMovement.objects.create(
        ruleset=rulesets.current(),
        customer=customer,
        day=date(2025, 2, 12),
        known_on=date(2025, 2, 12),
        kind="expansion",
        before=100,
        after=101,
        price=1,
    )
    (found,) = breaks([Period(FEB, MAR)])
    assert (found.customer_id, found.start, found.flows, found.end) == (customer.pk, 0, 101, 100)


@pytest.mark.parametrize(
    ("start", "end", "step", "bounds"),
    [
        (JAN, MAR, "month", [JAN, FEB, MAR]),
        (JAN, date(2025, 2, 10), "month", [JAN, FEB, date(2025, 2, 10)]),
        (date(2025, 1, 31), APR, "month", [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31), APR]),
        (date(2024, 2, 29), date(2026, 2, 28), "year", [date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28)]),
        (JAN, date(2025, 1, 29), "14d", [JAN, date(2025, 1, 15), date(2025, 1, 29)]),
        (JAN, date(2025, 7, 1), "quarter", [JAN, APR, date(2025, 7, 1)]),
    ],
)
def test_periods(start: date, end: date, step: str, bounds: list[date]) -> None:
    found = periods(start, end, step)
    assert [one.start for one in found] + [found[-1].end] == bounds


@pytest.mark.parametrize(("start", "end", "step"), [(FEB, JAN, "month"), (JAN, FEB, "week"), (JAN, FEB, "0d")])
def test_bad_periods(start: date, end: date, step: str) -> None:
    with pytest.raises(ValueError):
        periods(start, end, step)
