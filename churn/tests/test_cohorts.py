import math
import random
from datetime import date, timedelta

import pytest

from churn.queries import cohorts
from churn.queries.cohorts import joined, of_step, opened, survival, survivors, triangle
from churn.queries.retention import Asked, Period
from customers.rules import parse
from customers.tests.factories import AttributeChangeFactory
from subscriptions.tests.factories import SubscriptionFactory, agree, sell

pytestmark = pytest.mark.django_db
JAN, FEB, MAR, APR = (date(2025, month, 1) for month in range(1, 5))
MILLION = 1_000_000


def test_what_is_left_of_those_who_began_together() -> None:
    sell(None, 100, JAN)
    sell(None, 50, date(2025, 1, 31), ends_on=date(2025, 2, 10))
    back = sell(None, 30, date(2024, 6, 1), ends_on=date(2024, 7, 1)).customer
    sell(back, 30, JAN)  # came back: of the cohort of June
    grown = SubscriptionFactory()
    agree(grown, 10, FEB, ends_on=MAR)
    agree(grown, 40, MAR)
    january, february, march = triangle(joined(of_step("month", APR, 3), Asked()))
    assert [(one.customers, one.mrr) for one in (january, february, march)] == [
        (2, 150 * MILLION),
        (1, 10 * MILLION),
        (0, 0),
    ]
    assert [(cell.day, cell.customers, cell.mrr) for cell in january.cells] == [
        (FEB, 2, 150 * MILLION),
        (MAR, 1, 100 * MILLION),
        (APR, 1, 100 * MILLION),
    ]
    assert [cell.mrr for cell in february.cells] == [10 * MILLION, 40 * MILLION]
    found = opened("cohort.mrr", february.period, APR, Asked())
    assert (found.value, found.parts, len(found.rows)) == (4.0, (40 * MILLION, 10 * MILLION), 1)


def test_a_filter_counts_who_met_it_when_they_began() -> None:
    inside = sell(None, 100, JAN).customer
    AttributeChangeFactory(customer=inside, value="Retail", day=JAN)
    sell(None, 100, JAN)
    rule = parse({"all": [{"key": "attribute.industry", "op": "is", "value": "Retail"}]})
    (january,) = triangle(joined([Period(JAN, FEB)], Asked(rule=rule)))
    assert january.customers == 1


def test_survival_is_what_kaplan_and_meier_say() -> None:
    """Of four one leaves after 100 days; one who is known for 70 days only counts as long as that."""
    start = date(2025, 1, 1)
    for ends_on in (None, None, date(2025, 4, 11)):
        sell(None, 100, start, ends_on=ends_on)
    late = Asked(until=date(2025, 9, 1))
    sell(None, 100, date(2025, 6, 23))
    curve = survival(joined(of_step("month", date(2025, 9, 1), 8), late))
    assert [one.share for one in curve[:4]] == [1, 1, 1, 1]
    assert curve[4].share == pytest.approx(1 - 1 / 3)
    assert curve[4].low is not None and curve[4].low < curve[4].share < (curve[4].high or 0)
    left = survivors(joined(of_step("month", date(2025, 9, 1), 8), late), 4)
    assert (left.value, [(row.kind, row.start) for row in left.rows], left.parts) == (
        curve[4].share,
        [("churn", 100), ("", 70), ("", 243), ("", 243)],
        (1, 4),
    )


def plain_survival(lives: list[tuple[int, bool]], days: float) -> tuple[float, float]:
    """The chance to stay longer than so many days, and Greenwood's sum: one day of leaving after another."""
    stay, greenwood = 1.0, 0.0
    for day in sorted({length for length, left in lives if left and length <= days}):
        there = sum(1 for length, _left in lives if length >= day)
        gone = sum(1 for length, left in lives if left and length == day)
        stay *= 1 - gone / there
        greenwood += gone / (there * (there - gone)) if there > gone else math.inf
    return stay, greenwood


def test_survival_is_what_a_plain_loop_says() -> None:
    drawn, end, lives = random.Random(5), date(2025, 9, 1), []
    for _ in range(40):
        start = JAN + timedelta(drawn.randrange(180))
        ends_on = drawn.choice([None, start + timedelta(drawn.randrange(1, 200))])
        sell(None, 100, start, ends_on=ends_on)
        left = ends_on is not None and ends_on < end
        lives.append((((ends_on if left and ends_on else end) - start).days, left))
    curve = survival(joined(of_step("month", end, 8), Asked(until=end)))
    assert len(curve) > 5
    for one in curve:
        share, greenwood = plain_survival(lives, one.months * cohorts.MONTH_DAYS)
        assert one.share == pytest.approx(share)
        if one.low is not None and one.high is not None and 0 < share < 1:
            spread = 1.959963985 * math.sqrt(greenwood) / math.log(share)
            ends = sorted(share ** math.exp(sign * spread) for sign in (1, -1))
            assert [one.low, one.high] == pytest.approx(ends)


def test_nobody_has_no_curve() -> None:
    sell(None, 100, date(2020, 1, 1))
    assert survival(joined([Period(JAN, FEB)], Asked())) == []


@pytest.mark.parametrize(
    ("step", "end", "first"),
    [("month", APR, FEB), ("quarter", APR, date(2024, 10, 1)), ("year", APR, date(2024, 1, 1))],
)
def test_the_last_cohorts(step: str, end: date, first: date) -> None:
    found = cohorts.of_step(step, end, 2)
    assert found[0].start == first
    assert found[-1].start < end
