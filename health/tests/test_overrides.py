from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import TeamFactory, UserFactory
from core import clock
from core.clock import AsOf
from core.models import Event
from customers.models import Customer, Standing
from customers.registry import gather
from customers.tests.factories import CustomerFactory, TouchpointFactory
from health.domain import overrides, scoring
from health.domain.versions import publish
from health.models import Override, Score, Scorecard
from health.queries.moved import moved
from health.tests.factories import definition, group
from subscriptions.tests.factories import sell

pytestmark = pytest.mark.django_db
D = date(2026, 3, 20)


def ago(count: int) -> date:
    return D - timedelta(days=count)


@pytest.fixture
def customer() -> Customer:
    """Scores 90 by the one scorecard there is for everybody."""
    card = Scorecard.objects.get(key="customers")
    Scorecard.objects.filter(pk=card.pk).update(position=0)
    with time_machine.travel(date(2020, 1, 1)):
        publish(scorecard=card, definition=definition(groups=[group("p", 1, days_since_touch=[[0, 90], [999, 90]])]))
    one = CustomerFactory(team=TeamFactory(), created_on=ago(400), known_on=ago(400))
    sell(customer=one, starts_on=ago(400), known_on=ago(400))
    TouchpointFactory(customer=one, day=ago(300), known_on=ago(300))
    return one


def put(customer: Customer, day: date, until: date, score: int = 20) -> Override:
    with time_machine.travel(day):
        by = UserFactory()
        return overrides.put(
            customer=customer, score=Decimal(score), reason="Budget is gone", ends_on=until, by=by, at=clock.now()
        )


def shown(customer: Customer, day: date) -> tuple[float, str, float]:
    frame = gather(AsOf.at(day), ["score", "band", "computed_score"], [customer.pk])
    return frame["score"][0], frame["band"][0], frame["computed_score"][0]


def test_it_stands_in_for_the_score_until_it_ends_and_the_computed_one_stays(customer):
    put(customer, ago(9), ago(3))
    for day in (ago(10), ago(8), D):
        scoring.run(day)
    assert shown(customer, ago(9)) == (90, "good", 90)
    assert shown(customer, ago(8)) == (20, "risk", 90)
    assert shown(customer, ago(3)) == (20, "risk", 90)
    assert shown(customer, ago(2)) == (90, "good", 90)
    assert set(Score.objects.values_list("score", flat=True)) == {90}


def test_the_standing_shows_it_beside_the_computed_score(customer):
    put(customer, ago(2), D + timedelta(days=9))
    scoring.run(D)
    standing = Standing.objects.get()
    assert (standing.score, standing.band, standing.measured["computed_score"]) == (20, "risk", 90)
    assert standing.churn_chance == Decimal("0.02000")  # by the computed band


def test_a_new_one_takes_the_old_back_and_what_was_then_stays(customer):
    put(customer, ago(20), ago(1), 20)
    put(customer, ago(10), ago(1), 50)
    scoring.run(ago(15))
    assert shown(customer, ago(15))[0] == 20
    assert shown(customer, ago(5))[0] == 50


def test_its_end_is_told_once(customer):
    put(customer, ago(9), ago(3))
    assert [overrides.tell_ends(day) for day in (ago(3), ago(2), D)] == [0, 1, 0]
    event = Event.objects.get(type=overrides.ENDED)
    assert event.payload["customer"] == customer.pk
    assert put(customer, ago(1), D + timedelta(days=5))


def test_the_waterfall_has_it_as_its_last_step(customer):
    put(customer, ago(9), D + timedelta(days=9))
    found = moved(customer, since=ago(20), until=AsOf.at(D))
    assert found.words == "−70 since 28 February: override (−70)"


@pytest.mark.parametrize(
    ("until", "reason"), [(D, "why"), (D + timedelta(days=400), "why"), (D + timedelta(days=5), " ")]
)
def test_without_end_or_reason_it_is_refused(customer, until, reason):
    with time_machine.travel(D), pytest.raises(ValidationError):
        by = UserFactory()
        overrides.put(customer=customer, score=Decimal(1), reason=reason, ends_on=until, by=by, at=clock.now())


class TestPage:
    def client(self, role="csm", **more) -> Client:
        browser = Client()
        browser.force_login(UserFactory(role=role, **more))
        return browser

    def test_who_works_the_customer_overrides_and_takes_it_back(self, customer):
        browser = self.client(teams=[customer.team])
        page = reverse("health:customer", args=[customer.uid])
        ends = clock.today() + timedelta(days=20)
        asked = {"score": "15", "ends_on": f"{ends}", "reason": "Budget is gone"}
        assert browser.post(reverse("health:override", args=[customer.uid]), asked | {"reason": ""}).status_code == 400
        assert browser.post(reverse("health:override", args=[customer.uid]), asked).status_code == 302
        assert Standing.objects.get().score == 15
        assert "Budget is gone" in browser.get(page).content.decode()
        assert browser.post(reverse("health:withdraw-override", args=[customer.uid])).status_code == 302
        assert Standing.objects.get().score == 90

    @pytest.mark.parametrize(("role", "status"), [("csm", 404), ("analyst", 403)])
    def test_others_may_not(self, customer, role, status):
        browser = self.client(role)
        for name in ("health:override", "health:withdraw-override"):
            assert browser.post(reverse(name, args=[customer.uid]), {}).status_code == status
        assert not Override.objects.exists()
        assert browser.get(reverse("health:customer", args=[customer.uid])).status_code == (
            404 if role == "csm" else 200
        )

    def test_rough_days_are_read_as_the_last_month(self, customer):
        page = self.client("administrator").get(
            reverse("health:customer", args=[customer.uid]), {"since": "x", "until": "y"}
        )
        assert page.status_code == 200
