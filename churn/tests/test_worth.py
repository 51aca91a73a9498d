from datetime import date
from decimal import Decimal

import pytest

from churn.queries.retention import Asked, Line, Period, book_for, line_of
from churn.queries.retention.lines import Cohort, Counts, Money, Rates
from churn.queries.worth import Spent, Worth, costs, full_months
from subscriptions.domain import costs as domain
from subscriptions.tests.factories import rate, sell

MONTH = Period(date(2025, 2, 1), date(2025, 3, 1))
MILLION = 1_000_000


def month(*, customers: int, lost: int = 0, new: int = 0, mrr: int = 0, new_mrr: int = 0) -> Line:
    cohort = Cohort(customers, lost, mrr, mrr, mrr)
    money = Money(0, new_mrr * MILLION, 0, 0, 0, 0, 0, mrr * MILLION)
    counts = Counts(customers, new, 0, lost, customers + new - lost)
    return Line(MONTH, counts, money, cohort, Rates.of(cohort, money), provisional=False)


def worth(arpa: int, *, lost: int, service: int = 0, acquisition: int = 0, new: int = 0, new_mrr: int = 0) -> Worth:
    """Six months of 100 customers."""
    lines = [month(customers=100, lost=lost, new=new, mrr=1000, new_mrr=new_mrr) for _ in range(6)]
    at_end = month(customers=100, mrr=arpa * 100)
    spent = [
        Spent(MONTH.start, kind, "USD", Decimal(value), Decimal(value))
        for kind, value in (("service", service), ("acquisition", acquisition))
        if value
    ]
    return Worth(at_end, lines, spent)


@pytest.mark.parametrize(("arpa", "service", "clv"), [(100, 0, 2000), (500, 1200, 8000)])
def test_lifetime_value(arpa: int, service: int, clv: int) -> None:
    """100 at 5 % is 2,000; 500 × 80 % at 5 % is 8,000."""
    assert worth(arpa, lost=5, service=service).clv == clv


def test_without_churn_a_lifetime_is_not_defined() -> None:
    found = worth(100, lost=0)
    assert (found.churn, found.clv, found.ratio) == (0, None, None)


def test_cost_of_winning_and_months_to_pay_it_back() -> None:
    found = worth(100, lost=5, service=1200, acquisition=6000, new=2, new_mrr=100)
    assert (found.margin, found.cac, found.payback, found.ratio) == (
        Decimal("0.8"),
        500,
        Decimal("12.5"),
        Decimal("3.2"),
    )
    assert worth(100, lost=5, acquisition=6000).cac is None
    assert worth(100, lost=5, new=2).cac is None


def test_six_full_months() -> None:
    months = full_months(date(2025, 8, 20), date(2025, 7, 3))
    assert (months[0].start, months[-1].end, len(months)) == (date(2025, 1, 1), date(2025, 7, 1), 6)


@pytest.mark.django_db
def test_costs_known_last_at_the_last_rate_of_their_month() -> None:
    rate("EUR", "1.5", date(2025, 2, 25))
    feb, april = date(2025, 2, 1), date(2025, 4, 1)
    domain.record(costs=[domain.Spent(feb, "acquisition", Decimal(100), "EUR")])
    domain.record(costs=[domain.Spent(feb, "acquisition", Decimal(200), "EUR")], known_on=date(2025, 4, 2))
    domain.record(costs=[domain.Spent(april, "service", Decimal(10), "EUR")])
    months = full_months(date(2025, 5, 1), date(2025, 5, 1))
    sell(None, 50, feb)
    found = costs(months, Asked())
    assert [(cost.month, cost.value) for cost in found] == [(feb, Decimal(300)), (april, None)]
    assert costs(months, Asked(known_on=date(2025, 4, 2)))[0].value == Decimal(150)
    book = book_for(months, Asked())
    told = Worth(line_of(book, months[-1]), [line_of(book, one) for one in months], found)
    assert (told.cac, told.margin, [cost.month for cost in told.unvalued]) == (Decimal(300), None, [april])
