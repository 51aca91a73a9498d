from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.tests.conftest import AT, Load
from subscriptions.domain import ledger_check
from subscriptions.models import Cost, FxRate, Invoice, InvoiceState, Plan, Subscription, SubscriptionVersion

TODAY = AT.date()
CUSTOMERS = "customer_id,name,created_on A,Acme,2025-01-01 B,Brix,2025-01-01"
HEAD = "subscription_id,customer_id,plan,interval,quantity,amount,currency,starts_on,ends_on,cancelled_on,term_ends_on"
SUBSCRIPTIONS = f"""
{HEAD}
S1,A,Gold,year,4,1200,USD,2025-01-01,2025-07-01,,2026-01-01
S1,A,Platinum,year,4,2400,USD,2025-07-01,,,2026-07-01
S2,B,Gold,monthly,1,100,usd,2025-01-01,2025-06-01,2025-05-10,
"""


def versions(subscription: int) -> list[tuple[Any, ...]]:
    """Number, known on, end: what was believed of a subscription's versions, in the order of learning it."""
    found = SubscriptionVersion.objects.filter(subscription=subscription).order_by("number", "known_on", "id")
    return list(found.values_list("number", "known_on", "ends_on"))


def of(plan: str) -> int:
    return SubscriptionVersion.objects.filter(plan__name=plan).latest("id").subscription_id


def test_history_knows_a_version_from_its_start_and_an_end_from_its_cancellation(loaded: Load) -> None:
    report = loaded({"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS})
    assert (report.problem_count, report.nouns[1].new) == (0, 3)
    assert (Subscription.objects.count(), Plan.objects.count()) == (2, 2)
    first = SubscriptionVersion.objects.get(currency="USD", interval="month", ends_on=None)
    assert versions(first.subscription_id) == [
        (1, date(2025, 1, 1), None),
        (1, date(2025, 5, 10), date(2025, 6, 1)),
    ]
    assert versions(of("Platinum")) == [
        (1, date(2025, 1, 1), None),
        (1, date(2025, 7, 1), date(2025, 7, 1)),
        (2, date(2025, 7, 1), None),
    ]


def test_an_end_that_is_told_later_is_known_today(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS})
    ended = SUBSCRIPTIONS.replace("2025-07-01,,,", "2025-07-01,2026-07-01,2026-03-01,")
    report = loaded({"subscriptions": ended})
    assert (report.nouns[0].new, report.nouns[0].changed, report.nouns[0].unchanged) == (0, 1, 2)
    assert versions(of("Platinum"))[-1] == (2, TODAY, date(2026, 7, 1))


def test_a_new_version_of_a_known_subscription(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS})
    more = SUBSCRIPTIONS.replace("2025-07-01,,,", "2025-07-01,2026-03-01,,")
    report = loaded({"subscriptions": f"{more}S1,A,Silver,year,4,600,USD,2026-03-01,,,"})
    assert (report.nouns[0].new, report.nouns[0].changed) == (1, 1)
    assert versions(of("Silver"))[-1] == (3, TODAY, None)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("S1,A,Gold,year,1,5,USD,2025-05-01,,,", (5, "starts_on", "overlap")),
        ("S9,A,Gold,year,1,-5,USD,2025-05-01,,,", (5, "amount", "too_small")),
        ("S9,A,Gold,year,1,5,ZZZ,2025-05-01,,,", (5, "currency", "currency")),
        ("S9,A,Gold,year,1,5,dollar,2025-05-01,,,", (5, "currency", "currency")),
        ("S9,A,Gold,decade,1,5,USD,2025-05-01,,,", (5, "interval", "choice")),
        ("S9,A,Gold,year,1,5,USD,2025-05-01,2025-04-01,,", (5, "ends_on", "order")),
        ("S9,A,Gold,year,1,5,EUR,2025-05-01,,,", (5, "starts_on", "rate")),
        ("S9,C,Gold,year,1,5,USD,2025-05-01,,,", (5, "customer_id", "unknown")),
        ("S9,A,Gold,year,1,5,USD,31.01.2025,,,", (5, "starts_on", "date")),
        ("S9,A,Gold,year,1,5,USD,,,,", (5, "starts_on", "required")),
    ],
)
def test_bad_subscriptions(loaded: Load, row: str, problem: tuple[int, str, str]) -> None:
    report = loaded({"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS + row})
    assert problem in [(one.line, one.field, one.rule) for one in report.problems]
    assert not Subscription.objects.exists()


def test_a_subscription_has_one_customer(loaded: Load) -> None:
    report = loaded({"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS.replace("S1,A,Plat", "S1,B,Plat")})
    assert {(one.line, one.rule) for one in report.problems} == {(2, "other_customer"), (3, "other_customer")}


def test_the_good_subscriptions_load_without_the_bad(loaded: Load) -> None:
    bad = SUBSCRIPTIONS + "S1,A,Gold,year,1,5,USD,2025-05-01,,,"
    report = loaded({"customers": CUSTOMERS, "subscriptions": bad}, skip_bad=True)
    assert not report.refused
    assert (report.nouns[1].new, report.nouns[1].dropped.total()) == (2, 2)


def test_rates_of_the_same_folder_count(loaded: Load) -> None:
    rates = "day,currency,rate 2025-04-28,EUR,1.1 2025-07-01,EUR,1.2"
    row = SUBSCRIPTIONS + "S9,A,Gold,year,1,5,EUR,2025-05-01,,,"
    report = loaded({"fx_rates": rates, "customers": CUSTOMERS, "subscriptions": row})
    assert report.problem_count == 0
    assert FxRate.objects.values_list("known_on", "rate").first() == (date(2025, 4, 28), Decimal("1.1"))


def test_a_rate_that_the_ledger_misses_is_told_with_the_first_row_that_needs_it(loaded: Load) -> None:
    rates = "day,currency,rate 2025-04-28,EUR,1.1"
    row = SUBSCRIPTIONS + "S9,A,Gold,year,1,5,EUR,2025-05-01,,,"
    report = loaded({"fx_rates": rates, "customers": CUSTOMERS, "subscriptions": row}, skip_bad=True)
    assert report.refused
    assert [(one.line, one.field, one.rule) for one in report.problems] == [(5, "currency", "rate")]
    assert not FxRate.objects.exists()


def test_bad_rates_and_costs(loaded: Load) -> None:
    report = loaded(
        {
            "fx_rates": "day,currency,rate 2025-04-28,EUR,0 2025-04-29,QQQ,1 2025-04-30,EUR,1 2025-04-30,EUR,2",
            "costs": "month,kind,amount,currency 2025-13,service,1,USD 2025-01,fun,1,USD 2025-01,service,-1,USD",
        }
    )
    assert [(one.file, one.line, one.field, one.rule) for one in report.problems] == [
        ("fx_rates.csv", 2, "rate", "range"),
        ("fx_rates.csv", 3, "currency", "currency"),
        ("fx_rates.csv", 5, "day, currency", "twice"),
        ("costs.csv", 2, "month", "month"),
        ("costs.csv", 3, "kind", "choice"),
        ("costs.csv", 4, "amount", "too_small"),
    ]


def test_costs_belong_to_months(loaded: Load) -> None:
    loaded({"costs": "month,kind,amount,currency 2025-02,service,100.5,USD 2025-03-01,acquisition,7,USD"})
    assert sorted(Cost.objects.values_list("day", "kind")) == [
        (date(2025, 2, 1), "service"),
        (date(2025, 3, 1), "acquisition"),
    ]


INVOICES = """
invoice_id,customer_id,subscription_id,issued_on,due_on,amount,currency,status,paid_on,failed_attempts
I1,A,S1,2025-01-01,2025-01-15,1200,USD,paid,2025-01-20,1
I2,B,,2025-02-01,,100,USD,open,,
"""


def test_a_payment_is_known_from_its_day(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS, "invoices": INVOICES})
    states = InvoiceState.objects.order_by("invoice__day", "known_on", "id").values_list("status", "known_on")
    assert list(states) == [
        ("open", date(2025, 1, 1)),
        ("failed", date(2025, 1, 15)),
        ("paid", date(2025, 1, 20)),
        ("open", date(2025, 2, 1)),
    ]


def test_a_payment_that_is_told_later_is_known_today(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS, "invoices": INVOICES})
    report = loaded({"invoices": INVOICES.replace("open,,", "paid,2025-03-01,")})
    assert (report.nouns[0].changed, report.nouns[0].unchanged) == (1, 1)
    last = InvoiceState.objects.latest("id")
    assert (last.status, last.paid_on, last.known_on) == ("paid", date(2025, 3, 1), TODAY)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("I1,A,,2025-02-01,,1,USD,,,", (4, "invoice_id", "twice")),
        ("I3,A,S2,2025-02-01,,1,USD,,,", (4, "subscription_id", "other_customer")),
        ("I3,A,S7,2025-02-01,,1,USD,,,", (4, "subscription_id", "unknown")),
        ("I3,A,,2025-02-01,2025-01-01,1,USD,,,", (4, "due_on", "order")),
        ("I3,A,,2025-02-01,,1,USD,paid,,", (4, "paid_on", "required")),
        ("I3,A,,2025-02-01,,-1,USD,,,", (4, "amount", "too_small")),
    ],
)
def test_bad_invoices(loaded: Load, row: str, problem: tuple[int, str, str]) -> None:
    report = loaded({"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS, "invoices": INVOICES + row})
    assert [(one.line, one.field, one.rule) for one in report.problems] == [problem]
    assert not Invoice.objects.exists()


def test_an_end_still_to_come_in_another_currency_takes_todays_rate(loaded: Load) -> None:
    now = datetime.now(UTC)
    row = f"S9,A,Gold,month,1,5,EUR,{now:%Y-%m-%d},{now.year + 1}-05-01,{now:%Y-%m-%d},"
    files = {"fx_rates": f"day,currency,rate {now:%Y-%m-%d},EUR,1.2", "customers": CUSTOMERS}
    report = loaded(files | {"subscriptions": f"{HEAD}\n{row}"}, at=now)
    assert report.problem_count == 0
    assert list(ledger_check.differences()) == []
