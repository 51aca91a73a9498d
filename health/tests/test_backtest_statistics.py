import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.domain.backtest.statistics import (
    Sample,
    auc,
    auc_of_draws,
    chance_of_luck,
    draws,
    gains,
    interval,
    lowest_tenth,
)


def sample(score, lost, customer=None, day=None) -> Sample:
    size = len(score)
    customer = np.arange(size) if customer is None else np.array(customer)
    day = np.zeros(size, dtype=int) if day is None else np.array(day)
    return Sample(customer, day, np.array(score, dtype=float), np.array(lost, dtype=bool))


def world(seed: int, pull: float, customers: int = 200, days: int = 6) -> Sample:
    """Customers whose score hangs together over the days; with ``pull``, the low ones leave more often."""
    rng = np.random.default_rng(seed)
    level = rng.normal(50, 15, customers)
    score = np.repeat(level, days) + rng.normal(0, 3, customers * days)
    odds = 1 / (1 + np.exp(2.2 + pull * (level - 50) / 15))
    lost = np.repeat(rng.random(customers) < odds, days)
    customer = np.repeat(np.arange(customers), days)
    return sample(score.round(), lost, customer, np.tile(np.arange(days), customers))


def by_pairs(one: Sample) -> float:
    pairs = list(itertools.product(one.score[one.lost], one.score[~one.lost]))
    return sum((low < high) + (low == high) / 2 for low, high in pairs) / len(pairs)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=30))
def test_auc_is_the_share_of_pairs_in_the_right_order(rows):
    one = sample(*zip(*rows, strict=True))
    if one.lost.any() and not one.lost.all():
        assert auc(one) == pytest.approx(by_pairs(one))
    else:
        assert np.isnan(auc(one))


def test_a_draw_that_takes_everybody_once_gives_the_auc_itself():
    one = world(1, 1.0)
    assert auc_of_draws(one, np.ones((1, one.customers)))[0] == pytest.approx(auc(one))


@pytest.mark.parametrize("seed", range(4))
def test_shuffled_outcomes_are_no_better_than_chance(seed):
    one = world(seed, pull=0.0)
    found = interval(auc(one), auc_of_draws(one, draws(one.customers)))
    assert found.low <= 0.5 <= found.high
    assert chance_of_luck(one) > 0.05


def test_a_score_that_foretells_is_told_from_luck():
    one = world(3, pull=1.5)
    found = interval(auc(one), auc_of_draws(one, draws(one.customers)))
    assert found.low > 0.5
    assert chance_of_luck(one) < 0.02


def test_the_interval_draws_customers_not_observations():
    """Seeing each customer six times instead of once makes nothing surer."""
    many = world(5, 1.0)
    once = many.where(many.day == 0)
    wide, narrow = (interval(auc(one), auc_of_draws(one, draws(many.customers))) for one in (once, many))
    assert narrow.high - narrow.low > 0.8 * (wide.high - wide.low)


def test_the_same_seed_gives_the_same_interval():
    assert np.array_equal(draws(50), draws(50))


def test_the_lowest_tenth_is_of_each_day_and_ties_share_it():
    weight = lowest_tenth(sample([1] * 20 + list(range(20)), [False] * 40, day=[0] * 20 + [1] * 20))
    assert weight[:20] == pytest.approx([0.1] * 20)
    assert weight[20:].tolist() == [1, 1] + [0] * 18


def test_gains_go_from_nothing_to_all():
    found = gains(sample(range(40), [n < 4 for n in range(40)]))
    assert found[0] == (0, 0)
    assert found[2] == (0.1, 1)
    assert found[-1] == (1, 1)
