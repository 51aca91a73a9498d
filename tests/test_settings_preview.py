"""Every setting of the ledger: what its page says it would make of last month is what reports say after the change."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import UserFactory
from churn.queries.retention import Asked, Period, report
from core import clock, jobs
from core.clock import AsOf
from customers.registry import OUTCOMES
from customers.tests.factories import CustomerFactory, MergeFactory
from subscriptions.domain import generations, ledger, ledger_check, rulesets
from subscriptions.domain.settings import BY_KEY, SETTINGS
from subscriptions.queries import calendar, what_if, what_if_renewals
from subscriptions.queries.shown import shown
from subscriptions.queries.what_if import Month
from subscriptions.tests.factories import agree, rate, sell
from tests.support.sizes import thorough

pytestmark = pytest.mark.django_db
MONEY = [*what_if.MATTERS, *what_if.READINGS]
WRITES_ONLY = "rate_valid_days"


@pytest.fixture
def last() -> Period:
    return Period(*what_if.last_month())


@pytest.fixture
def company(last: Period) -> None:
    """One customer for each setting, in whose last month it makes a difference; a merge, and some plain ones."""
    before, first = last.start - timedelta(days=200), last.start

    def day(number: int) -> date:
        return first + timedelta(days=number)

    def sold(amount: int = 100, starts_on: date = before, **more: Any) -> Any:
        return sell(CustomerFactory(created_on=before), amount, starts_on, **more)

    for on in (before.replace(day=1), before, day(-20), first, day(8)):
        rate("EUR", f"1.{1 + on.day % 7}", on)
    for number in range(3):
        sold(1000 + number)
    sold(90, ends_on=last.end, cancelled_on=day(3))  # churn counts
    sold(80, ends_on=day(-3), cancelled_on=day(4))
    sold(70, discount=Decimal(20))  # discounts
    sold(60, discount=Decimal(20), discount_ends_on=day(10))
    agree(sold(50, ends_on=day(5)), 50, day(5), paused=True)
    agree(sold(40, ends_on=day(6)), 0, day(6))  # from paid to free
    sold(10, metered=True, metered_mean=Decimal(55))
    back = sold(30, ends_on=day(-100))
    sell(back.customer, 35, day(3))
    sold(25, past_due_on=day(-20), ends_on=day(10))
    sold(20, term_ends_on=day(2), auto_renews=False)
    agree(sold(110, currency="EUR", ends_on=day(8)), 220, day(8), currency="EUR")
    sold(15, day(2), ends_on=day(9))  # new and gone in one month
    one, other = sold(12, ends_on=day(7)), sold(13)
    MergeFactory(from_customer=one.customer, into_customer=other.customer, known_on=day(-9))
    ledger.refresh()
    for number, months in enumerate((1, 2, 6, 12)):  # renewals: monthly, half-yearly, yearly; paid on late, or never
        term = {"term_ends_on": day(4), "ends_on": day(4), "auto_renews": False}
        early = calendar.months(day(4))[0]
        due = sold(200 + number, max(before, day(4) - timedelta(days=31 * months)) if months < 6 else early, **term)
        if number % 2:
            agree(due, 200 + number, day(4 + 8 * number))


def reported(last: Period) -> Month:
    """Last month as the retention report has it, in what the company wants recurring revenue shown as."""
    (line,) = report([last], Asked(times=shown().times))
    gone = OUTCOMES["customer_churn"].read(last.start, last.end, clock.today() + timedelta(days=1))
    return Month(
        start=line.mrr.start,
        new=line.mrr.new,
        reactivation=line.mrr.reactivation,
        churn=line.mrr.churn,
        stays=line.cohort.end,
        kept=line.cohort.kept,
        lost=len(rows_of(gone)),
    )


def rows_of(asked: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(asked.text, asked.params)
        return list(cursor.fetchall())


def change(**settings: Any) -> None:
    generations.change(settings=settings, by=None)
    jobs.work()


def offered(key: str) -> list[Any]:
    return what_if.readings(key) if key in what_if.READINGS else what_if.choices(key, total=what_if.now())


@pytest.mark.parametrize("key", MONEY)
def test_what_the_page_says_of_a_setting_is_what_it_does(company: None, last: Period, key: str) -> None:
    choices = offered(key)
    assert reported(last) == choices[0].month
    assert len({choice.month for choice in choices}) > 1, "the company must be one that it matters to"
    assert all(choice.month for choice in choices), [choice.error for choice in choices]
    for choice in choices[1 : 1 + thorough(1, len(choices))]:
        change(**{key: choice.value})
        assert rulesets.rules(rulesets.current())[key] == choice.value
        assert reported(last) == choice.month, choice.said
        assert not list(ledger_check.differences())
    change(**{key: choices[0].value})
    assert reported(last) == choices[0].month


@pytest.mark.parametrize("key", [*what_if_renewals.READINGS])
def test_so_are_the_renewals(company: None, last: Period, key: str) -> None:
    choices = what_if_renewals.readings(key)
    assert len({choice.month for choice in choices}) > 1
    for choice in choices:
        change(**{key: choice.value})
        due = calendar.due(UserFactory(role=Role.ADMINISTRATOR), AsOf.live(), calendar.months(clock.today()))
        states = [one.states for one in calendar.by_month(due, clock.today()) if one.month == last.start]
        counts = {state: count for months in states for state, count, _mrr in months}
        assert what_if_renewals.counted() == choice.month
        assert choice.month.due == sum(counts.values())
        assert (choice.month.renewed, choice.month.lost) == (counts.get("renewed", 0), counts.get("lost", 0))


def test_settings_are_looked_at_under_each_other(company: None, last: Period) -> None:
    """What one would do depends on the others in force."""
    change(paused="keeps_mrr", new_and_gone_in_one_period="left_out", churn_counts="when_asked", fx="first_of_month")
    for choice in offered("metered"):
        change(metered=choice.value)
        assert reported(last) == choice.month, choice.said


def test_no_setting_is_left_out(client: Client, company: None) -> None:
    assert {one.key for one in SETTINGS} == {*MONEY, *what_if_renewals.READINGS, WRITES_ONLY}
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    for key in {*MONEY, *what_if_renewals.READINGS}:
        page = client.get(reverse("subscriptions:what-if", args=[key])).content.decode()
        assert "would be the same under every value" not in page
        assert str(BY_KEY[key].label) in page
    assert client.get(reverse("subscriptions:what-if", args=[WRITES_ONLY])).status_code == 404
