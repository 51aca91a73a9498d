from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from core.clock import AsOf
from customers.models import Customer
from customers.registry import MEASURES, OUTCOMES, gather
from customers.tests.factories import CustomerFactory, MergeFactory
from subscriptions.tests.factories import agree, bill, sell

pytestmark = pytest.mark.django_db

D = date(2025, 6, 30)
JAN = date(2025, 1, 1)
KEYS = [
    "mrr",
    "mrr_change_90",
    "tenure_days",
    "renewal_on",
    "notice_on",
    "days_to_renewal",
    "days_to_notice",
    "overdue_invoices",
    "is_active",
    "renews_itself",
    "leaves_on",
]


def before(days: int) -> date:
    return D - timedelta(days=days)


def value(key: str, customer: Customer, at: AsOf | None = None) -> Any:
    """The one value, None where it is missing."""
    frame = gather(at or AsOf.at(D), [key], customers=[customer.pk])
    (found,) = frame[key]
    return found.item() if frame.measured(key)[0] else None


@pytest.mark.parametrize("key", KEYS)
def test_whoever_has_no_facts_is_not_measured(key: str) -> None:
    assert value(key, CustomerFactory()) is None


@pytest.mark.parametrize("key", KEYS)
def test_each_is_defined_in_words(key: str) -> None:
    assert MEASURES[key].label
    assert len(str(MEASURES[key].description)) > 40


def test_mrr_is_what_was_moved_before_the_day() -> None:
    customer = CustomerFactory()
    sell(customer, 100, before(50))
    sell(customer, 40, before(1))
    sell(customer, 7, D)
    assert value("mrr", customer) == 140
    assert value("mrr", customer, AsOf.at(D + timedelta(days=1))) == 147


def test_mrr_is_0_after_a_customer_has_left() -> None:
    customer = CustomerFactory()
    sell(customer, 100, before(50), ends_on=before(1))
    assert value("mrr", customer, AsOf.at(before(1))) == 100
    assert value("mrr", customer) == 0


def test_a_trial_has_no_mrr() -> None:
    customer = CustomerFactory()
    sell(customer, 100, before(5), trial_ends_on=D)
    assert value("mrr", customer) is None


def test_mrr_by_what_was_known() -> None:
    subscription = sell(CustomerFactory(), 100, before(50))
    agree(subscription, 80, before(50), known_on=before(10))
    assert value("mrr", subscription.customer, AsOf.at(before(10))) == 100
    assert value("mrr", subscription.customer, AsOf.at(D)) == 80
    assert value("mrr", subscription.customer, AsOf.at(before(20), known_on=D)) == 80


def test_the_change_of_mrr_in_90_days() -> None:
    customer = CustomerFactory()
    sell(customer, 100, before(91))
    assert value("mrr_change_90", customer) == 0
    sell(customer, 40, before(90))
    assert value("mrr_change_90", customer) == 40


def test_who_did_not_pay_90_days_ago_has_no_change() -> None:
    assert value("mrr_change_90", sell(CustomerFactory(), 100, before(90)).customer) is None


def test_tenure_counts_from_the_first_paid_day() -> None:
    assert value("tenure_days", sell(CustomerFactory(), 100, before(40), trial_ends_on=before(30)).customer) == 30


def test_a_merged_customers_money_counts_for_the_one_it_became() -> None:
    one, other = sell(CustomerFactory(), 100, JAN).customer, sell(CustomerFactory(), 20, JAN).customer
    MergeFactory(from_customer=other, into_customer=one, known_on=before(1))
    assert value("mrr", one) == 120


def yearly(customer: Customer, starts_on: date, term_ends_on: date, **more: Any) -> None:
    sell(customer, 1200, starts_on, interval="year", term_ends_on=term_ends_on, **more)


def test_the_next_renewal_and_the_last_day_to_give_notice() -> None:
    customer = CustomerFactory()
    yearly(customer, date(2024, 9, 1), date(2025, 9, 1), notice_days=30)
    assert value("renewal_on", customer) == date(2025, 9, 1)
    assert value("notice_on", customer) == date(2025, 8, 2)
    assert value("days_to_renewal", customer) == 63
    assert value("days_to_notice", customer) == 33


def test_once_notice_has_passed_the_next_one_is_a_term_later() -> None:
    customer = CustomerFactory()
    yearly(customer, date(2024, 8, 1), date(2025, 8, 1), notice_days=60)
    assert value("renewal_on", customer) == date(2025, 8, 1)
    assert value("notice_on", customer) == date(2026, 8, 1) - timedelta(days=60)


def test_whether_a_term_goes_on_by_itself() -> None:
    one, other = CustomerFactory(), CustomerFactory()
    yearly(one, date(2024, 9, 1), date(2025, 9, 1), auto_renews=True)
    yearly(other, date(2024, 9, 1), date(2025, 9, 1), auto_renews=False)
    yearly(other, date(2024, 9, 1), date(2025, 9, 1), auto_renews=True)
    assert (value("renews_itself", one), value("renews_itself", other)) == (1, 0)
    assert value("renews_itself", CustomerFactory()) is None


def test_who_has_given_notice_leaves_with_the_last_of_what_is_paid() -> None:
    one = sell(CustomerFactory(), 100, JAN, cancelled_on=before(5), ends_on=date(2025, 9, 1)).customer
    assert value("leaves_on", one) == date(2025, 9, 1)
    sell(one, 20, JAN, cancelled_on=before(5), ends_on=date(2025, 10, 1))
    assert value("leaves_on", one) == date(2025, 10, 1)
    sell(one, 20, JAN)
    assert value("leaves_on", one) is None


def test_an_end_counts_from_the_day_it_is_known() -> None:
    one = sell(CustomerFactory(), 100, JAN, ends_on=before(-60), cancelled_on=D).customer
    assert value("leaves_on", one) is None


@pytest.mark.parametrize("ends_on", [date(2025, 8, 1), date(2023, 8, 1)])
def test_what_ends_on_one_day_renews_together_for_the_longest_term(ends_on: date) -> None:
    customer = CustomerFactory()
    yearly(customer, ends_on.replace(year=ends_on.year - 1), ends_on, notice_days=60, auto_renews=True)
    yearly(customer, ends_on - timedelta(days=200), ends_on, notice_days=60, auto_renews=True)
    assert value("renewal_on", customer) == date(2025, 8, 1)
    assert value("notice_on", customer) == date(2026, 8, 1) - timedelta(days=60)


@pytest.mark.parametrize(
    ("ended", "renews_on"),
    [
        (date(2025, 6, 30), date(2025, 6, 30)),
        (date(2025, 6, 29), date(2026, 6, 29)),
        (date(2024, 6, 30), date(2025, 6, 30)),
        (date(2022, 2, 15), date(2026, 2, 15)),
    ],
)
def test_a_term_that_goes_on_ends_again_a_term_later(ended: date, renews_on: date) -> None:
    customer = CustomerFactory()
    yearly(customer, ended.replace(year=ended.year - 1), ended, auto_renews=True)
    assert value("renewal_on", customer) == renews_on


def test_who_is_under_notice_has_no_renewal() -> None:
    customer = CustomerFactory()
    yearly(customer, date(2024, 9, 1), date(2025, 9, 1), ends_on=date(2025, 9, 1), cancelled_on=before(10))
    assert value("renewal_on", customer) is None
    assert value("renewal_on", customer, AsOf.at(before(10))) == date(2025, 9, 1)


def test_an_end_that_is_not_known_is_not_read() -> None:
    customer = CustomerFactory()
    yearly(customer, date(2024, 9, 1), date(2025, 9, 1), ends_on=date(2025, 9, 1))
    assert value("renewal_on", customer) == date(2025, 9, 1)


def test_short_terms_are_no_renewals() -> None:
    customer = CustomerFactory()
    sell(customer, 100, before(10), term_ends_on=before(-20))
    assert value("renewal_on", customer) is None


def test_a_change_within_a_term_does_not_shorten_it() -> None:
    subscription = sell(CustomerFactory(), 100, date(2024, 9, 1), ends_on=before(5), term_ends_on=date(2025, 9, 1))
    agree(subscription, 150, before(5), term_ends_on=date(2025, 9, 1))
    assert value("renewal_on", subscription.customer) == date(2025, 9, 1)


def test_overdue_invoices() -> None:
    customer = CustomerFactory()
    bill(customer, before(60), due_on=before(30), status="paid", paid_on=before(5))
    bill(customer, before(60), due_on=D)
    assert value("overdue_invoices", customer) == 0
    bill(customer, before(60), due_on=before(1))
    bill(customer, before(60), due_on=before(20), status="failed", failed_attempts=2)
    bill(customer, before(60), due_on=before(20), status="void")
    assert value("overdue_invoices", customer) == 2
    assert value("overdue_invoices", customer, AsOf.at(before(10))) == 2


def happened(key: str, since: date, until: date, known_on: date | None = None) -> list[tuple[Any, ...]]:
    sql = OUTCOMES[key].read(since, until, known_on or until)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return sorted(cursor.fetchall())


def test_lost_mrr_and_customers_that_left() -> None:
    customer = CustomerFactory()
    sell(customer, 100, JAN, ends_on=before(10))
    sell(customer, 40, JAN, ends_on=before(5), cancelled_on=before(8))
    assert happened("mrr_churn", JAN, D) == [
        (customer.pk, before(10), Decimal(100)),
        (customer.pk, before(5), Decimal(40)),
    ]
    assert happened("customer_churn", JAN, D) == [(customer.pk, before(5), Decimal(40))]
    assert happened("customer_churn", JAN, D, before(8)) == []
    assert happened("customer_churn", before(5), before(4), before(7)) == [(customer.pk, before(5), Decimal(40))]
    assert happened("customer_churn", JAN, before(5)) == []


def test_who_goes_on_with_what_is_free_has_not_left() -> None:
    free, paused = (sell(CustomerFactory(), 100, JAN, ends_on=before(day)) for day in (10, 9))
    agree(free, 0, before(10))
    agree(paused, 100, before(9), paused=True)
    assert [day for _who, day, _mrr in happened("mrr_churn", JAN, D)] == [before(10), before(9)]
    assert happened("customer_churn", JAN, D) == []


def test_who_does_not_pay_on_within_30_days_did_not_renew() -> None:
    ended = date(2025, 3, 1)
    gone, late, stayed, monthly = (CustomerFactory() for _ in range(4))
    for customer in (gone, late):
        yearly(customer, date(2024, 3, 1), ended, ends_on=ended)
    yearly(stayed, date(2024, 3, 1), ended)
    sell(monthly, 100, date(2025, 2, 1), term_ends_on=ended, ends_on=ended)
    sell(late, 90, ended + timedelta(days=30))
    assert happened("non_renewal", JAN, D) == [(gone.pk, date(2025, 4, 1), Decimal(100))]
    assert happened("non_renewal", JAN, date(2025, 4, 1)) == []
    assert happened("non_renewal", date(2025, 4, 2), D) == []


def test_paying_on_after_the_30th_day_is_too_late() -> None:
    customer = CustomerFactory()
    yearly(customer, date(2024, 3, 1), date(2025, 3, 1), ends_on=date(2025, 3, 1))
    sell(customer, 90, date(2025, 4, 1))
    assert [row[0] for row in happened("non_renewal", JAN, D)] == [customer.pk]


def test_who_keeps_another_subscription_pays_on() -> None:
    customer = CustomerFactory()
    yearly(customer, date(2024, 3, 1), date(2025, 3, 1), ends_on=date(2025, 3, 1))
    sell(customer, 10, JAN)
    assert happened("non_renewal", JAN, D) == []


@pytest.mark.parametrize(
    ("agreed", "active"),
    [
        ({}, 1),
        ({"amount": 0}, 1),
        ({"starts_on": D, "known_on": before(3)}, 0),
        ({"ends_on": D}, 1),
        ({"ends_on": before(1)}, 0),
        ({"trial_ends_on": D}, 0),
        ({"trial_ends_on": before(1)}, 1),
    ],
)
def test_active_is_who_has_a_subscription_in_force_that_is_no_trial(agreed: dict[str, Any], active: int) -> None:
    customer = sell(**{"starts_on": before(50)} | agreed).customer
    assert value("is_active", customer) == active


def test_an_end_that_was_not_yet_known_leaves_a_customer_active() -> None:
    subscription = sell(starts_on=before(50))
    agree(subscription, starts_on=before(50), ends_on=before(5), known_on=D)
    assert value("is_active", subscription.customer) == 1
    assert value("is_active", subscription.customer, AsOf.at(D, known_on=D + timedelta(days=1))) == 0
