"""Past mornings of the queue, held against what was lost."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.tests.factories import UserFactory
from core import clock
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from playbooks.domain.replaying import Held, Morning, Reading, held, mondays
from subscriptions.tests.factories import sell

pytestmark = pytest.mark.django_db

D = date(2025, 6, 2)


@pytest.fixture
def owner() -> User:
    return UserFactory()


def paying(owner: User, amount: int, told: int | None = None, ends: int | None = None) -> Customer:
    """Gave notice ``told`` days after the morning, for so many days after it."""
    end = {} if ends is None else {"cancelled_on": D + timedelta(told or 0), "ends_on": D + timedelta(ends)}
    return sell(CustomerFactory(owner=owner), amount, **end).customer


def test_who_gave_notice_heads_the_queue_of_that_morning(owner: User) -> None:
    paying(owner, 5000)
    paying(owner, 400, told=-5, ends=20)

    assert held(Morning(D), top=1) == Held(queue=400, by_mrr=0, by_renewal=0, best=400, all=400)


def test_what_is_lost_after_the_horizon_does_not_count(owner: User) -> None:
    paying(owner, 400, told=-5, ends=20)
    paying(owner, 500, told=-5, ends=120)

    assert held(Morning(D, horizon=90)).all == 400
    assert held(Morning(D, horizon=150)).all == 900


def test_what_was_decided_before_stands_in_no_list(owner: User) -> None:
    paying(owner, 5000)
    paying(owner, 400, told=-5, ends=20)
    paying(owner, 300, told=10, ends=200)

    found = held(Morning(D, reading=Reading.DECIDED), top=1)

    assert (found.queue, found.by_mrr, found.best, found.all) == (0, 0, 300, 300)


def test_nothing_is_known_that_came_later(owner: User) -> None:
    paying(owner, 400, told=5, ends=20)

    assert Morning(D).queue(top=12) == {}


def test_each_owner_has_a_list(owner: User) -> None:
    other = UserFactory()
    paying(owner, 400, told=-5, ends=20)
    paying(other, 500, told=-5, ends=20)
    sell(CustomerFactory(owner=None), 900, cancelled_on=D - timedelta(5), ends_on=D + timedelta(20))

    assert held(Morning(D), top=1).queue == 900
    assert held(Morning(D), top=1).all == 900


def test_the_mondays_are_past_and_complete() -> None:
    days = mondays(date(2026, 11, 22), count=3, horizon=90)

    assert days == [date(2026, 8, 10), date(2026, 8, 17), date(2026, 8, 24)]


@pytest.mark.parametrize("more", [[], ["--decided"]])
def test_it_is_a_command(owner: User, more: list[str]) -> None:
    paying(owner, 400)
    out = StringIO()

    call_command("replay_queue", "--mondays=2", "--json", *more, stdout=out)
    call_command("replay_queue", "--mondays=1", *more, stdout=out)

    rows = json.loads(out.getvalue().splitlines()[0])
    assert [row["day"] for row in rows] == [f"{day}" for day in mondays(clock.today(), count=2)] + ["all"]
    assert "by renewal" in out.getvalue()
