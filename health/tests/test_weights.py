from datetime import date, timedelta

import numpy as np
import pytest
from django.urls import reverse

from core import clock, jobs
from health.domain.backtest import Asked, Decisions, Panel, Refused, runs
from health.domain.backtest.weights import KIND, fit, subjects, suggestion, with_weights
from health.models import BacktestRun, ScorecardDraft
from health.tests.factories import ScorecardVersionFactory, definition, group
from health.tests.test_backtest_pages import client

TODAY = date(2026, 9, 1)
GROUPS = [
    group("usage", 50, active_days_28=[[0, 0], [20, 100]], breadth_28=[[0, 0], [10, 100]]),
    group("people", 50, active_contacts=[[0, 0], [4, 100]]),
]


def drawn(count: int, *, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Points of three measures, of which the first tells, the second doesn't, and the third tells the wrong way."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 100, (count, 3))
    chance = 1 / (1 + np.exp(-(-1.5 - 0.04 * (points[:, 0] - 50) + 0.02 * (points[:, 2] - 50))))
    points[rng.random(points.shape) < 0.1] = np.nan
    return points, rng.random(count) < chance


class TestFit:
    def test_what_tells_weighs_and_nothing_weighs_less_than_nothing(self):
        tells, silent, wrong = fit(*drawn(4000))
        assert tells == pytest.approx(4, rel=0.15)
        assert silent < 0.4
        assert wrong == 0

    def test_it_is_the_fit_of_scikit_learn_where_no_weight_would_be_below_0(self):
        from sklearn.linear_model import LogisticRegression

        points, lost = drawn(2000)
        points = np.column_stack([points[:, 0], 100 - points[:, 2]])
        filled = np.where(np.isnan(points), np.nanmean(points, axis=0), points) / 100
        theirs = LogisticRegression(tol=1e-8).fit(-filled, lost).coef_[0]
        np.testing.assert_allclose(fit(points, lost), theirs, rtol=1e-3)


class TestWithWeights:
    def test_groups_weigh_what_their_measures_do_and_what_weighs_nothing_goes(self):
        fitted = {"active_days_28": 3.0, "breadth_28": 0.0, "active_contacts": 1.0}
        changed = with_weights(definition(groups=GROUPS), fitted)
        assert [(one["key"], one["weight"]) for one in changed["groups"]] == [("usage", 75), ("people", 25)]
        assert [one["key"] for one in changed["groups"][0]["measures"]] == ["active_days_28"]

    def test_what_a_cap_needs_stays(self):
        caps = [{"measure": "active_contacts", "when_points_at_most": 0, "score_at_most": 60}]
        fitted = {"active_days_28": 1.0, "breadth_28": 1.0, "active_contacts": 0.0}
        changed = with_weights(definition(groups=GROUPS, caps=caps), fitted)
        assert [one["weight"] for one in changed["groups"]] == [100, 0.5]


def panel(asked: Asked, *, customers: int = 400) -> Panel:
    """Customers of whom the first measure alone tells who leaves, seen on every day asked for."""
    days = len(asked.days)
    points, lost = drawn(customers * days)
    customer, day = np.tile(np.arange(customers), days), np.repeat(np.arange(days), customers)
    size = len(lost)
    on = np.array([(one - date(1970, 1, 1)).days for one in asked.days])[day]
    where = np.flatnonzero(lost)
    decisions = Decisions(customer[where], on[where] + 5, on[where] + 5, np.ones(len(where)))
    decision = np.full(size, -1)
    decision[where] = np.arange(len(where))
    return Panel(
        days=asked.days,
        ids=np.arange(1, customers + 1),
        customer=customer,
        day=day,
        on=on,
        mrr=np.ones(size),
        deciding=np.ones(size, dtype=bool),
        renewal=np.full(size, np.nan),
        score=np.column_stack([np.nan_to_num(points[:, 2], nan=50), points]),
        band=np.ones((size, 4), dtype=np.int8),
        decision=decision,
        lost=lost,
        decisions=decisions,
    )


@pytest.mark.django_db
class TestSuggestion:
    @pytest.fixture
    def asked(self) -> Asked:
        card = ScorecardVersionFactory(definition=definition(groups=GROUPS)).scorecard
        return Asked((f"{KIND}{card.key}",), date(2025, 6, 1), date(2026, 6, 1), TODAY)

    def test_it_is_tested_on_later_days_than_it_was_fitted_on(self, asked: Asked):
        found = suggestion(asked, panel(asked))
        fitted, tested = found["weights"]["fitted_to"], found["days"][0]
        assert (tested, found["days"][-1]) == ("2026-02-01", "2026-05-01")
        assert date.fromisoformat(fitted) + timedelta(days=90) <= date.fromisoformat(tested)
        before, after = found["subjects"]
        assert before["auc"]["verdict"] == "worse" and after["auc"]["verdict"] == "better"
        assert found["differences"][0]["low"] > 0
        assert [one["fitted"] > 0.5 for one in found["weights"]["rows"]] == [True, False, False]

    def test_with_too_few_losses_nothing_is_suggested(self, asked: Asked):
        assert "weights" not in suggestion(asked, panel(asked, customers=3))

    def test_a_period_too_short_is_refused(self, asked: Asked):
        short = Asked(asked.subjects, date(2026, 3, 1), date(2026, 6, 1), TODAY)
        with pytest.raises(Refused, match="longer"):
            subjects(short)


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def run(self) -> BacktestRun:
        """A finished test of one scorecard."""
        card = ScorecardVersionFactory(definition=definition(groups=GROUPS)).scorecard
        today = clock.today()
        asked = Asked((f"{card.key}@1",), today - timedelta(days=500), today - timedelta(days=100), today)
        run = runs.start(asked=asked, by=None, at=clock.now())
        jobs.work()
        return BacktestRun.objects.get(pk=run.pk)

    def suggested(self, run: BacktestRun) -> BacktestRun:
        """As the job leaves it, with losses enough."""
        asked = Asked.of(run.asked | {"subjects": [KIND + run.asked["subjects"][0]]})
        run.asked, run.result = asked.stored(), suggestion(asked, panel(asked))
        run.save()
        return run

    def test_a_button_on_the_test_of_a_scorecard_has_weights_fitted_in_the_background(self, run: BacktestRun):
        browser = client()
        assert "Suggest weights" in browser.get(reverse("health:backtest", args=[run.uid])).content.decode()
        answer = browser.post(reverse("health:suggest-weights", args=[run.uid]))
        made = BacktestRun.objects.exclude(pk=run.pk).get()
        assert answer["Location"] == reverse("health:backtest", args=[made.uid])
        jobs.work()
        made.refresh_from_db()
        assert made.state == "done" and "weights" not in made.result, "nobody was lost here"
        assert browser.get(answer["Location"]).status_code == 200

    def test_a_suggestion_becomes_a_draft(self, run: BacktestRun):
        run = self.suggested(run)
        browser = client()
        page = browser.get(reverse("health:backtest", args=[run.uid])).content.decode()
        assert "Active days" in page and "left out" in page and "fitted weights" in page
        answer = browser.post(reverse("health:keep-weights", args=[run.uid]))
        draft = ScorecardDraft.objects.get()
        assert draft.definition == run.result["weights"]["definition"]
        assert answer["Location"] == reverse("health:scorecard", args=[draft.scorecard.key])

    @pytest.mark.parametrize("role", ["csm", "lead", "analyst"])
    def test_only_administrators_may(self, run: BacktestRun, role: str):
        run = self.suggested(run)
        browser = client(role)
        for name in ("suggest-weights", "keep-weights"):
            assert browser.post(reverse(f"health:{name}", args=[run.uid])).status_code == 403
        assert not ScorecardDraft.objects.exists()

    def test_what_suggests_no_weights_has_none_to_keep(self, run: BacktestRun):
        assert client().post(reverse("health:keep-weights", args=[run.uid])).status_code == 404
