from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine

from core.clock import AsOf
from core.models import Event
from customers.models import Band, Customer, Standing
from customers.registry import MEASURES, gather
from customers.rules import users_of
from customers.tests.factories import AttributeChangeFactory, CustomerFactory
from health.domain import scoring
from health.domain.versions import publish
from health.models import Score, Scorecard
from health.tests.factories import ScorecardVersionFactory, ScoreFactory, definition, group
from subscriptions.tests.factories import sell
from usage.tests.factories import days, use

D = date(2026, 3, 20)
AT = AsOf.at(D)

pytestmark = pytest.mark.django_db


def ago(count: int) -> date:
    return D - timedelta(days=count)


@pytest.fixture
def by_use() -> Scorecard:
    """The one scorecard: 5 points for each active day of 28, good from 70, watch from 40."""
    Scorecard.objects.filter(key="customers").update(position=1)
    scorecard = Scorecard.objects.get(key="customers")
    only = [group("usage", 1, active_days_28=[[0, 0], [20, 100]])]
    with time_machine.travel(date(2020, 1, 1)):
        publish(scorecard=scorecard, definition=definition(groups=only))
    return scorecard


def paying(**more: object) -> Customer:
    return sell(**more).customer


def rows(customer: Customer) -> list[tuple[date, float | None, str]]:
    stored = Score.objects.filter(customer=customer).order_by("day")
    return [(row.day, row.score and float(row.score), row.band) for row in stored]


def derived(key: str, customer: Customer, at: AsOf = AT) -> object:
    frame = gather(at, [key], [customer.pk])
    return frame[key][0] if frame.measured(key)[0] else None


class TestWhoIsScored:
    def test_a_customer_with_a_subscription_in_force(self, by_use: Scorecard) -> None:
        customer = paying()
        use(customer, *days(ago(10), 10))
        result = scoring.score(AT)
        assert (result.score[0], result.band[0], result.coverage[0]) == (50, Band.WATCH, 1)

    def test_a_customer_without_enough_data_is_unknown(self, by_use: Scorecard) -> None:
        paying()
        result = scoring.score(AT)
        assert (result.scored[0], result.band[0], result.coverage[0]) == (True, Band.UNKNOWN, 0)

    def test_a_customer_who_left_is_not(self, by_use: Scorecard) -> None:
        customer = paying(ends_on=ago(1))
        use(customer, *days(ago(10), 10))
        assert not scoring.score(AT).scored[0]

    def test_a_customer_whose_money_we_never_saw_is(self, by_use: Scorecard) -> None:
        use(CustomerFactory(), *days(ago(10), 10))
        assert scoring.score(AT).score[0] == 50


def test_each_customer_is_scored_by_the_first_scorecard_that_is_for_them(by_use: Scorecard) -> None:
    large, small = (paying() for _ in range(2))
    AttributeChangeFactory(customer=large, key="employees", value=900, day=ago(300))
    AttributeChangeFactory(customer=small, key="employees", value=900, day=D)
    for customer in (large, small):
        use(customer, *days(ago(10), 10))
    rule = {"key": "attribute.employees", "op": ">=", "value": 500}
    strict = [group("usage", 1, active_days_28=[[0, 0], [28, 100]])]
    version = ScorecardVersionFactory(scorecard__position=0, definition=definition(groups=strict, applies=rule))
    result = scoring.score(AT)
    assert result.score.tolist() == [35.71, 50]
    assert (result.version == version.pk).tolist() == [True, False]
    assert users_of("attribute.employees") == [str(version)]


class TestTheNight:
    def test_history_keeps_changes_not_repetitions(self, by_use: Scorecard) -> None:
        customer = paying()
        use(customer, *days(ago(10), 10), ago(60))
        for day in (ago(2), ago(1), D, D + timedelta(days=30), D + timedelta(days=31)):
            scoring.run(day)
        assert rows(customer) == [
            (ago(2), 40, "watch"),
            (ago(1), 45, "watch"),
            (D, 50, "watch"),
            (D + timedelta(days=30), None, "unknown"),
        ]

    def test_it_bears_being_run_twice(self, by_use: Scorecard) -> None:
        customer = paying()
        use(customer, ago(1))
        for _ in range(2):
            scoring.run(D)
        assert rows(customer) == [(D, 5, "risk")]

    def test_nothing_is_stored_before_what_is_stored(self, by_use: Scorecard) -> None:
        customer = paying()
        use(customer, *days(ago(10), 10))
        scoring.run(D)
        assert scoring.backfill(ago(5)).score[0] == 25
        assert [day for day, *_ in rows(customer)] == [D]

    def test_a_customer_who_left_gets_a_last_row(self, by_use: Scorecard) -> None:
        customer = paying(ends_on=D, cancelled_on=ago(20))
        use(customer, *days(ago(10), 12))
        for day in (D, D + timedelta(days=1), D + timedelta(days=2)):
            scoring.run(day)
        assert rows(customer) == [(D, 50, "watch"), (D + timedelta(days=1), None, "unknown")]
        assert derived("band", customer, AsOf.at(D + timedelta(days=1))) is None

    def test_a_new_version_is_a_change(self, by_use: Scorecard) -> None:
        customer = paying()
        use(customer, *days(ago(10), 10))
        use(CustomerFactory(), *days(ago(40), 40))
        scoring.run(D)
        with time_machine.travel(D):
            publish(scorecard=by_use, definition=by_use.versions.get(number=2).definition)
        scoring.run(D + timedelta(days=1))
        assert list(Score.objects.filter(customer=customer).values_list("version__number", flat=True)) == [4, 5]

    def test_a_change_of_band_is_told_once_and_the_first_band_is_none(self, by_use: Scorecard) -> None:
        customer = paying()
        use(customer, *days(ago(20), 20))
        for day in (ago(8), ago(5), ago(5), D):
            scoring.run(day)
        told = [event.payload for event in Event.objects.filter(type="health.band_changed.v1")]
        changed = {"customer": customer.pk, "day": f"{ago(5)}", "before": "watch", "after": "good", "score": 75.0}
        assert told == [changed]

    def test_a_past_day_tells_nobody_and_changes_no_standing(self, by_use: Scorecard) -> None:
        customer = paying()
        use(customer, *days(ago(20), 20))
        ScoreFactory(customer=customer, day=ago(100), band=Band.RISK)
        scoring.backfill(ago(1))
        assert len(rows(customer)) == 2
        assert not Event.objects.filter(type="health.band_changed.v1").exists()
        assert not Standing.objects.exists()

    def test_standings_hold_the_scores(self, by_use: Scorecard) -> None:
        customer = paying()
        use(customer, *days(ago(10), 10))
        ScoreFactory(customer=customer, day=ago(30), score=Decimal(80))
        scoring.run(D)
        standing = Standing.objects.get()
        assert (standing.score, standing.band, standing.coverage) == (50, Band.WATCH, 1)
        assert (standing.score_change_30, standing.churn_chance, standing.mrr_at_risk) == (-30, Decimal("0.08"), 8)

    def test_who_gave_notice_is_at_risk_with_all_they_pay(self, by_use: Scorecard) -> None:
        customer = sell(ends_on=ago(-60), cancelled_on=ago(9)).customer
        ScoreFactory(customer=customer, day=ago(5), score=Decimal(80), band=Band.GOOD)
        scoring.run(D)
        standing = Standing.objects.get()
        assert (standing.churn_chance, standing.mrr_at_risk) == (1, 100)
        assert (derived("churn_chance", customer), derived("mrr_at_risk", customer)) == (1, 100)


def test_a_refresh_sees_today_and_leaves_history_alone(by_use: Scorecard) -> None:
    one, other = paying(), paying()
    with time_machine.travel(f"{D} 12:00"):
        use(one, *days(ago(9), 10))
        scoring.refresh([one.pk])
    standing = Standing.objects.get()
    assert (standing.customer, standing.score, standing.as_of) == (one, 50, D + timedelta(days=1))
    assert not Score.objects.exists()
    assert not Standing.objects.filter(customer=other).exists()


def test_stored_scores_are_measures_as_of_their_day(by_use: Scorecard) -> None:
    customer = paying()
    ScoreFactory(customer=customer, day=ago(40), score=Decimal(80), band=Band.GOOD)
    ScoreFactory(customer=customer, day=ago(10), score=Decimal("52.5"), band=Band.WATCH)
    assert derived("score", customer) == 52.5
    assert derived("score_change_30", customer) == -27.5
    assert derived("band", customer, AsOf.at(ago(11))) == "good"
    assert derived("band", customer, AsOf.at(ago(10))) == "watch"
    assert derived("churn_chance", customer) == 0.08
    assert derived("mrr_at_risk", customer) == 8
    assert derived("score", customer, AsOf.at(ago(41))) is None


def test_derived_measures_enter_no_scorecard() -> None:
    assert not {"score", "band", "coverage", "churn_chance"} & set(scoring.base_measures())
    assert set(scoring.base_measures()) < set(MEASURES)
