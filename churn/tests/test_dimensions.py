"""What customers are divided by follows the rules of the ledger, as MRR does."""

from datetime import date, timedelta

import pytest

from churn.queries.retention import Asked, Period, report
from core import clock
from customers.tests.factories import CustomerFactory, MergeFactory
from subscriptions.domain import rulesets
from subscriptions.tests.factories import PlanFactory, sell

pytestmark = pytest.mark.django_db
JAN, FEB, MAR = (date(2025, month, 1) for month in (1, 2, 3))


def groups(by: str, **more: object) -> dict[str | None, tuple[int, int]]:
    """Customers at the start and at the end of February, by group; those without either left out."""
    lines = report([Period(FEB, MAR)], Asked(by=by, **more))
    found = {line.group: (line.customers.start, line.customers.end) for line in lines}
    return {group: counts for group, counts in found.items() if any(counts)}


@pytest.mark.parametrize(("paused", "expected"), [("mrr_zero", "Small"), ("keeps_mrr", "Large")])
def test_the_plan_is_the_one_with_most_mrr_as_it_is_counted(paused: str, expected: str) -> None:
    rulesets.establish(paused=paused)
    customer = CustomerFactory()
    small, large = PlanFactory(name="Small"), PlanFactory(name="Large")
    sell(customer, 50, JAN, plan_id=small.pk)
    sell(customer, 200, JAN, plan_id=large.pk, paused=True)
    assert groups("plan") == {expected: (1, 1)}


def test_a_term_that_ended_without_a_word_counts_no_more() -> None:
    rulesets.establish(term_without_a_word_days=10)
    customer, yearly = CustomerFactory(), {"interval": "year", "plan_id": PlanFactory(name="Yearly").pk}
    sell(customer, 1200, date(2024, 1, 1), term_ends_on=JAN, auto_renews=False, **yearly)
    sell(customer, 50, date(2024, 1, 1), plan_id=PlanFactory(name="Monthly").pk)
    assert groups("plan") == {"Monthly": (1, 1)}
    assert groups("contract") == {"a month": (1, 1)}


def test_who_enters_counts_from_their_day_and_the_merged_as_one() -> None:
    one, into = CustomerFactory(), CustomerFactory()
    plan = PlanFactory(name="Team").pk
    sell(one, 100, date(2025, 2, 10), plan_id=plan, term_ends_on=date(2026, 2, 10))
    MergeFactory(from_customer=one, into_customer=into, known_on=clock.today() - timedelta(days=9))
    sell(None, 100, date(2025, 2, 20), plan_id=PlanFactory(name="Other").pk)
    assert groups("plan") == {"Team": (0, 1), "Other": (0, 1)}
    assert groups("plan", customers=[into.pk]) == {"Team": (0, 1)}
    assert groups("contract") == {"a year": (0, 1), "a month": (0, 1)}
