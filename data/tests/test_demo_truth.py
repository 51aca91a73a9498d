"""What the generator promises of every company it draws. No database: the world as it is before it is written."""

from datetime import date

import numpy as np
import pytest

from data.demo import bills, truth
from data.demo import catalogue as cat
from data.demo.answers import survey
from data.demo.hidden import NOTHING
from data.demo.spec import DEFAULT_SEED, Spec
from data.demo.talk import speak
from data.demo.world import World, draw

TODAY = date(2026, 7, 1)
EUROS = np.array([1.0, 0.92, 1.17])


@pytest.fixture(scope="module", params=[11, 12, 13])
def world(request) -> World:
    return draw(Spec(4000, 36, request.param, TODAY))


def area_under_curve(score: np.ndarray, label: np.ndarray) -> float:
    _values, rank, count = np.unique(score, return_inverse=True, return_counts=True)
    middle = (np.cumsum(count) - (count - 1) / 2)[rank]
    positive = label.sum()
    return (middle[label].sum() - positive * (positive + 1) / 2) / (positive * (len(label) - positive))


def panel(world: World) -> tuple[np.ndarray, np.ndarray]:
    """The oracle's chances and what came of them, month by month, where 90 days have passed since."""
    days = [int(day) for day in world.spec.month_starts() if world.spec.start <= day < world.spec.end - 90]
    there = [truth.at_risk(world, day) for day in days]
    chances = [truth.oracle(world, day)[mask] for day, mask in zip(days, there, strict=True)]
    lost = [truth.lost_within(world, day)[mask] for day, mask in zip(days, there, strict=True)]
    return np.concatenate(chances), np.concatenate(lost)


def mrr(world: World, day: int) -> np.ndarray:
    """Of every customer, in euros."""
    deals = world.deals
    on = (deals.starts <= day) & ((deals.until < 0) | (deals.until > day))
    euros = (deals.mrr * EUROS[world.pop.currency[deals.customer]])[on]
    return np.bincount(deals.customer[on], euros, minlength=len(world.pop))


def last_year(world: World) -> tuple[np.ndarray, np.ndarray]:
    return mrr(world, world.spec.end - 365), mrr(world, world.spec.end - 1)


def test_an_oracle_is_good_but_not_perfect(world):
    chances, lost = panel(world)
    assert 0.75 <= area_under_curve(chances, lost) <= 0.85
    assert chances.mean() == pytest.approx(lost.mean(), rel=0.15)


def test_a_third_of_all_losses_comes_without_a_visible_cause(world):
    causes = world.hidden.cause[world.hidden.lost >= 0]
    assert 0.3 <= (causes == NOTHING).mean() <= 0.4


def test_nine_to_twelve_of_a_hundred_customers_leave_in_a_year(world):
    before, after = last_year(world)
    assert 0.09 <= (after[before > 0] == 0).mean() <= 0.12


def test_retention_of_revenue(world):
    before, after = last_year(world)
    kept = before > 0
    assert np.minimum(before, after).sum() / before.sum() == pytest.approx(0.90, abs=0.02)
    assert after[kept].sum() / before.sum() == pytest.approx(1.04, abs=0.03)


def test_fifteen_of_a_hundred_losses_are_failed_payments(world):
    lost = (world.fates.ends >= 0) & (world.fates.ends < world.spec.end)
    assert world.fates.involuntary[lost].mean() == pytest.approx(0.15, abs=0.035)


def test_a_quarter_answers(world):
    asked = survey(world)
    assert (asked.answered >= 0).mean() == pytest.approx(0.25, abs=0.02)
    assert asked.score.min() == 0
    assert asked.score.max() == 10


def test_dirt(world):
    talk = speak(world)
    assert (talk.known_on > talk.day).mean() == pytest.approx(0.06, abs=0.015)
    assert (world.pop.feed == cat.NO_FEED).mean() == pytest.approx(0.085, abs=0.015)
    assert (world.pop.double_of >= 0).sum() == 4000 // 150
    twice = np.unique(np.stack([talk.customer, talk.day, talk.kind]), axis=1, return_counts=True)[1]
    assert (twice > 1).mean() > 0.01


def test_condition_falls_before_a_visible_loss_and_not_before_the_others(world):
    hidden, spec = world.hidden, world.spec
    lost = np.flatnonzero((hidden.lost > spec.start + 400) & world.pop.drawn)
    week = spec.week_of(hidden.lost[lost])
    fall = hidden.condition[week, lost] - hidden.condition[week - 26, lost]
    by_chance = hidden.cause[lost] == NOTHING
    assert fall[~by_chance].mean() < -0.2
    assert abs(fall[by_chance].mean()) < 0.2


def test_terms_are_mostly_annual_with_notice_and_come_in_three_currencies(world):
    pop = world.pop
    assert (pop.term_months == 12).mean() > 0.7
    assert 0.1 < (pop.term_months == 1).mean() < 0.25
    assert set(pop.notice_days[pop.with_term]) == {30, 60, 90}
    assert set(pop.currency) == {0, 1, 2}
    assert np.bincount(pop.parent[pop.parent >= 0]).max() >= 2


def test_bills_follow_the_versions_and_are_mostly_paid(world):
    made = bills.bill(world)
    old = made.day < world.spec.end - 90
    assert 0.95 < (made.paid[old] >= 0).mean() < 1
    assert ((made.paid > made.due) & old).mean() == pytest.approx(0.15, abs=0.08)
    assert (made.failures > 0).sum() > (made.written_off >= 0).sum() > 0


def test_the_same_spec_gives_the_same_world_and_another_seed_another():
    one, same, other = (draw(Spec(300, 12, seed, TODAY)) for seed in (1, 1, 2))
    assert np.array_equal(one.hidden.condition, same.hidden.condition)
    assert np.array_equal(one.deals.cents, same.deals.cents)
    assert not np.array_equal(one.pop.since, other.pop.since)


def test_the_truth_is_written_as_a_file(tmp_path):
    world = draw(Spec(300, 12, 1, TODAY))
    truth.write(world, tmp_path / "truth.csv")
    lines = (tmp_path / "truth.csv").read_text().splitlines()
    assert lines[0] == "customer_id,day,chance_90,cause,lost_because"
    first = lines[1].split(",")
    assert first[0].startswith("cus_")
    assert 0 < float(first[2]) < 1
    causes = {line.rsplit(",", 1)[1] for line in lines[1:]}
    assert {"", "none", "usage"} <= causes


def test_the_company_that_comes_with_make_run_is_a_usual_one():
    shipped = draw(Spec(400, 24, DEFAULT_SEED, TODAY))
    before, after = last_year(shipped)
    assert 0.09 <= (after[before > 0] == 0).mean() <= 0.12
    assert np.minimum(before, after).sum() / before.sum() == pytest.approx(0.90, abs=0.015)
    assert after[before > 0].sum() / before.sum() == pytest.approx(1.04, abs=0.02)
