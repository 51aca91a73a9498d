from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import TeamFactory, UserFactory
from core import clock, jobs
from customers.models import Standing
from customers.tests.factories import CustomerFactory
from health.domain.backtest import Asked, runs
from health.domain.backtest.asked import last_year
from health.models import BacktestDay, BacktestRun, ForeignScore
from health.queries.period import usual
from subscriptions.domain import ledger
from subscriptions.tests.factories import agree, sell
from usage.models import FeedDay
from usage.tests.factories import product

pytestmark = pytest.mark.django_db

LIST, OLD = reverse("health:backtests"), reverse("health:old-score")


@pytest.fixture
def lost():
    """One customer of a team, who left 30 days ago."""
    team = TeamFactory()
    today = clock.today()
    since = today - timedelta(days=500)
    customer = CustomerFactory(name="Northwind", team=team, created_on=since, known_on=since)
    subscription = sell(customer=customer, starts_on=since, known_on=since)
    gone = today - timedelta(days=30)
    agree(subscription, 100, since, known_on=gone, ends_on=gone)
    ledger.refresh()
    day = today - timedelta(days=300)
    ForeignScore.objects.create(customer=customer, day=day, known_on=day, name="Old", score=99)
    return customer


def client(role="administrator", **more):
    user = UserFactory(role=role, **more)
    browser = Client()
    browser.force_login(user)
    browser.user = user
    return browser


def form(**changes) -> dict[str, str]:
    start = clock.today() - timedelta(days=100)
    return {
        "subject": "foreign:Old",
        "start": f"{start}",
        "end": f"{start + timedelta(days=1)}",
        "step": "month",
        "horizon": "90",
        "outcome": "customer_churn",
    } | changes


def done(browser, **changes) -> BacktestRun:
    """The old score tested beside ours or, where a subject is given, that."""
    old = {"name": "Old", "watch": "40", "good": "70"}
    answer = browser.post(LIST, form(**changes)) if changes else browser.post(OLD, form() | old)
    assert answer.status_code == 302
    jobs.work()
    return BacktestRun.objects.get()


def test_a_test_is_asked_for_runs_in_the_background_and_shows_its_failures(lost):
    browser = client()
    assert browser.get(LIST).status_code == 200
    answer = browser.post(LIST, form(subject="customers@1", against="all"))
    run = BacktestRun.objects.get()
    assert answer["Location"] == reverse("health:backtest", args=[run.uid])
    assert b"0 of 1 day" in browser.get(answer["Location"]).content
    jobs.work()
    run.refresh_from_db()
    assert (run.state, run.days_done) == ("done", 1)
    assert not BacktestDay.objects.exists()
    page = browser.get(answer["Location"]).content.decode()
    assert "nobody had enough data" in page
    assert "told apart" in page
    assert "Adopted v1" in browser.get(LIST).content.decode()


def test_where_nobody_pays_any_more_the_year_before_the_last_left_is_meant(lost):
    today = clock.today()
    assert usual(today) == last_year(today - timedelta(days=30))
    Standing.objects.create(customer=CustomerFactory(), as_of=today, mrr=1)
    assert usual(today) == last_year(today)


def test_where_the_data_ended_long_ago_the_year_before_their_end_is_offered(lost):
    """As of a company's files of years ago: somebody still pays in them, and nothing has come since."""
    ended = clock.today() - timedelta(days=30)
    later = ended + timedelta(days=400)
    Standing.objects.create(customer=CustomerFactory(), as_of=later, mrr=1)
    assert usual(later) == last_year(ended)
    used = later - timedelta(days=200)
    FeedDay.objects.create(source=product(), day=used, known_on=used, customers=1)
    assert usual(later) == last_year(used)
    assert usual(used + timedelta(days=31)) == last_year(used + timedelta(days=31))


def test_the_progress_ends_with_the_page_anew(lost):
    browser = client()
    page = browser.post(LIST, form(subject="customers@1"))["Location"]
    polled = {"HX-Request": "true", "HX-Target": "progress"}
    answer = browser.get(page, headers=polled)
    assert answer.content.lstrip().startswith(b'<div id="progress"') and "HX-Refresh" not in answer
    jobs.work()
    assert browser.get(page, headers=polled)["HX-Refresh"] == "true"


def test_a_question_without_sense_is_said_in_words(lost):
    answer = client().post(LIST, form(start=f"{clock.today()}", end=f"{clock.today() + timedelta(days=9)}"))
    assert answer.status_code == 400
    assert b"is not known yet" in answer.content


def test_a_run_goes_on_where_it_stopped(lost):
    today = clock.today()
    asked = Asked(("all",), today - timedelta(days=200), today - timedelta(days=100), today)
    run = runs.start(asked=asked, by=None, at=clock.now())
    for _ in range(2):
        runs.go_on({"run": run.pk})
    assert run.pieces.count() == 2
    runs.go_on({"run": run.pk})
    jobs.work()
    run.refresh_from_db()
    assert (run.state, run.days_done) == ("done", len(asked.days))


def test_a_csm_tests_over_the_own_team_and_sees_the_own_runs_only(lost):
    own = client("csm", teams=[lost.team])
    run = done(own, subject="all")
    assert run.asked["customers"] == [lost.pk]
    address = reverse("health:backtest", args=[run.uid])
    stranger, administrator = client("csm"), client()
    assert stranger.get(address).status_code == 404
    assert stranger.post(reverse("health:share-backtest", args=[run.uid])).status_code == 404
    assert administrator.get(address).status_code == 404
    assert Client().post(LIST, form()).status_code == 302
    assert BacktestRun.objects.count() == 1


def test_an_analyst_reads_a_run_of_all_customers_but_does_not_share_it(lost):
    run = done(client())
    analyst = client("analyst")
    assert b"Northwind" in analyst.get(reverse("health:backtest", args=[run.uid])).content
    assert analyst.post(reverse("health:share-backtest", args=[run.uid])).status_code == 404


def test_shared_it_is_open_to_anybody_and_names_nobody(lost):
    browser = client()
    run = done(browser)
    browser.post(reverse("health:share-backtest", args=[run.uid]))
    run.refresh_from_db()
    address = reverse("health:shared-backtest", args=[run.shared])
    answer = Client().get(address)
    assert answer.status_code == 200
    assert b"Northwind" not in answer.content
    browser.post(reverse("health:share-backtest", args=[run.uid]), {"stop": "1"})
    assert Client().get(address).status_code == 404
    assert Client().get(reverse("health:shared-backtest", args=["x"])).status_code == 404


def test_the_old_score_beside_ours(lost):
    browser = client()
    assert browser.post(OLD, form() | {"name": "Old", "watch": "40", "good": "30"}).status_code == 400
    run = done(browser)
    assert [one["key"] for one in run.result["subjects"]] == ["foreign:Old", "all"]
    assert run.result["subjects"][0]["green_churns"]["count"] == 1


def test_the_old_score_says_how_to_load_one_where_there_is_none():
    assert b"scores.csv" in client().get(OLD).content


def test_every_measure_alone(lost):
    today = clock.today()
    asked = Asked((runs.MEASURES,), today - timedelta(days=100), today - timedelta(days=99), today)
    run = runs.start(asked=asked, by=None, at=clock.now())
    jobs.work()
    run.refresh_from_db()
    assert run.result["tenure_days"]["lost_customers"] == 1
    assert date.fromisoformat(run.asked["start"]) == asked.start
