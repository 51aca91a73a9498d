import random
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import AsOf
from customers.tests.factories import TouchpointFactory
from health.domain.parse import parse
from health.domain.scoring import backfill
from health.domain.versions import publish
from health.domain.waterfall import Cause, Moment, spread, waterfall, whole_points
from health.models import Scorecard
from health.queries.moved import moved
from health.tests.factories import definition, group
from subscriptions.tests.factories import sell
from usage.tests.factories import days, use

D = date(2026, 3, 20)
KEYS = ("active_days_28", "usage_change_28", "last_nps", "days_since_touch", "champion_left")


def random_definition(rng: random.Random) -> dict:
    chosen = rng.sample(KEYS, rng.randint(1, 5))
    curves = {
        key: {"yes": rng.randint(0, 100), "no": rng.randint(0, 100)}
        if key == "champion_left"
        else [[-5, rng.randint(0, 100)], [3, rng.randint(0, 100)], [10, rng.randint(0, 100)]]
        for key in chosen
    }
    cut = rng.randint(1, len(chosen))
    parts = [chosen[:cut], chosen[cut:]]
    groups = [
        group(f"g{n}", rng.randint(1, 9), **{key: curves[key] for key in part}) for n, part in enumerate(parts) if part
    ]
    caps = [
        {"measure": key, "when_points_at_most": rng.randint(0, 100), "score_at_most": rng.randint(0, 100)}
        for key in chosen
        if rng.random() < 0.4
    ]
    return definition(groups=groups, caps=caps, minimum_coverage=0)


def random_moment(rng: random.Random, parsed) -> Moment:
    values = {
        key: np.array(
            [np.nan if rng.random() < 0.3 else float(rng.randint(0, 1) if key == KEYS[4] else rng.uniform(-6, 12))]
        )
        for key in KEYS
    }
    return Moment(parsed, values, rng.choice([None, None, float(rng.randint(0, 100))]))


@pytest.mark.django_db
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_the_steps_sum_exactly_to_the_change(seed):
    rng = random.Random(seed)
    one, other = (parse(random_definition(rng)) for _ in range(2))
    before = random_moment(rng, one)
    after = random_moment(rng, rng.choice([one, other]))
    if before.shown is None or after.shown is None:
        with pytest.raises(ValueError, match="no score"):
            waterfall(before, after)
        return
    bars = waterfall(before, after)
    assert sum(bar.change for bar in bars) == Decimal(str(round(after.shown, 2))) - Decimal(str(round(before.shown, 2)))
    assert sum(bar.whole for bar in bars) == whole_points(after.shown) - whole_points(before.shown)
    if after.definition is before.definition:
        assert Cause.CONFIGURATION not in {bar.cause for bar in bars if abs(bar.change) > Decimal("0.01")}
    assert [bar.cause for bar in bars] == sorted((bar.cause for bar in bars), key=list(Cause).index)


def test_rounding_goes_by_the_largest_remainder():
    assert spread([1.4, 1.4, 1.2], 4) == [2, 1, 1]
    assert spread([-1.6, -1.6, 0.0], -3) == [-1, -2, 0]
    assert spread([0.0, 0.0], 1) == [1, 0]


@pytest.mark.django_db
class TestOfACustomer:
    def test_it_is_told_in_words_with_both_values(self):
        customer = self.fading()
        found = moved(customer, since=D - timedelta(days=30), until=AsOf.at(D))
        assert found.words == "−34 since 18 February: active days 20 days → 4 days (−34)"
        assert [step.bar.cause for step in found.steps] == [Cause.DATA]

    def test_what_was_found_stands_apart_from_what_changed(self):
        customer = self.fading()
        TouchpointFactory(customer=customer, day=D - timedelta(days=2), known_on=D - timedelta(days=2))
        found = moved(customer, since=D - timedelta(days=30), until=AsOf.at(D))
        assert [(step.bar.cause, step.values) for step in found.steps] == [
            (Cause.DATA, "20 days → 4 days"),
            (Cause.MISSING, "– → 2 days"),
        ]

    def test_who_was_not_there_has_none(self):
        assert moved(self.fading(), since=date(2020, 1, 1), until=AsOf.at(D)) is None

    def test_it_starts_from_the_score_that_was_kept_where_a_night_was_missed(self):
        customer, since = self.fading(), D - timedelta(days=45)
        before = moved(customer, since=since, until=AsOf.at(D)).before
        (kept,) = backfill(since - timedelta(days=3)).score
        found = moved(customer, since=since, until=AsOf.at(D)).before
        assert found.score == kept != before.score
        assert (found.at, found.value("active_days_28")) == (AsOf.at(since), 4)

    def test_what_it_says_in_whole_points_is_the_difference_of_the_scores_as_read(self):
        found = moved(self.fading(), since=D - timedelta(days=30), until=AsOf.at(D))
        assert found.change == whole_points(found.after.score) - whole_points(found.before.score) == -34

    def fading(self):
        scorecard = Scorecard.objects.get(key="customers")
        Scorecard.objects.exclude(pk=scorecard.pk).update(position=900)
        groups = [
            group("usage", 60, active_days_28=[[0, 0], [28, 58.1]]),
            group("people", 40, days_since_touch=[[0, 100], [90, 0]]),
        ]
        from time_machine import travel

        with travel(date(2020, 1, 1)):
            publish(scorecard=scorecard, definition=definition(groups=groups, minimum_coverage=0.1))
        Scorecard.objects.filter(pk=scorecard.pk).update(position=0)
        customer = sell(starts_on=D - timedelta(days=200), known_on=D - timedelta(days=200)).customer
        use(customer, *days(D - timedelta(days=52), 20))
        use(customer, *days(D - timedelta(days=8), 4))
        return customer
