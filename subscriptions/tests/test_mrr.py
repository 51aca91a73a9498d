from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.domain.exchange import half_even
from subscriptions.domain.mrr import mrr_of, mrr_sql
from subscriptions.models import Interval


@pytest.mark.parametrize(
    ("amount", "interval", "mrr"),
    [
        ("1200", "year", "100"),
        ("90", "quarter", "30"),
        ("600", "half_year", "100"),
        ("30", "month", "30"),
        ("12", "week", "52"),
        ("2000", "year", "166.666667"),
    ],
)
def test_the_mrr_of_a_price(amount: str, interval: str, mrr: str) -> None:
    assert mrr_of(amount=Decimal(amount), interval=interval) == Decimal(mrr)


def test_an_unknown_interval_has_no_mrr() -> None:
    with pytest.raises(KeyError):
        mrr_of(amount=Decimal(1), interval="decade")


def in_the_database(expression: str, *values: object) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression} FROM (SELECT %s::numeric AS amount, %s::text AS interval) v", values)
        return cursor.fetchone()[0]


@pytest.mark.django_db
@given(
    amount=st.decimals(min_value=0, max_value=10**11 - 1, places=4),
    interval=st.sampled_from(Interval.values),
)
def test_the_database_computes_the_same(amount: Decimal, interval: str) -> None:
    sql = mrr_sql(amount="v.amount", interval="v.interval")
    assert in_the_database(sql, amount, interval) == mrr_of(amount=amount, interval=interval)


@given(
    amount=st.integers(0, 10**18),
    times=st.integers(-(10**16), 10**16),
    by=st.sampled_from([1, 2, 3, 4, 10**8, 7_500]),
)
def test_columns_round_half_even_whatever_the_size(amount: int, times: int, by: int) -> None:
    exact = round(Fraction(amount * times, by))
    if abs(exact) < 2**63:
        (rounded,) = half_even(np.array([amount]), np.array([times]), by)
        assert rounded == exact


@pytest.mark.django_db
@given(
    value=st.one_of(
        st.decimals(min_value=-(10**11), max_value=10**11, places=14),
        st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 2 / 10**6),
    )
)
def test_the_database_rounds_half_even(value: Decimal) -> None:
    assert in_the_database("subscriptions_half_even(v.amount)", value, "") == round(value, 6)
