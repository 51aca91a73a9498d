"""Sticky-feature adoption against renewals: usage reads the outcome of subscriptions by key."""

from datetime import date, timedelta

import pytest

from accounts.tests.factories import TeamFactory, UserFactory
from core import clock, jobs
from core.models import Event, Job
from customers.domain import customers as changing
from customers.domain.customers import CustomerValues
from customers.tests.factories import CustomerFactory
from subscriptions.tests.factories import sell
from usage.domain import renewals
from usage.domain.proportions import Share, difference
from usage.queries import keeping
from usage.receivers import count_teams_again
from usage.tests.factories import FeatureFactory, days, use

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)
FIRST = TODAY - timedelta(days=renewals.DUE * renewals.QUARTERS + renewals.SETTLED)
DUE_ON = FIRST + timedelta(days=400)


def due(*, uses, stays, team=None):
    """A customer whose year ends on the day, who had used the board or not, and then paid on or not."""
    customer = CustomerFactory(created_on=FIRST, known_on=FIRST, team=team)
    ends = {} if stays else {"ends_on": DUE_ON, "cancelled_on": DUE_ON - timedelta(days=100)}
    sell(customer, starts_on=DUE_ON - timedelta(days=365), term_ends_on=DUE_ON, **ends)
    use(customer, *days(FIRST + timedelta(days=300), 80), feature="board" if uses else "export")
    return customer


def found_of(key, user=None):
    renewals.keep(day=TODAY)
    found = keeping.keeping(user or UserFactory(role="administrator"))
    return found, next(one for one in found.features if one.feature.key == key)


def test_renewals_of_users_stand_beside_those_of_others(monkeypatch):
    monkeypatch.setattr(keeping, "FEWEST", 2)
    FeatureFactory(key="board", kind="sticky")
    for _ in range(3):
        due(uses=True, stays=True)
    due(uses=False, stays=False), due(uses=False, stays=True)
    history, board = found_of("board")
    assert (history.renewals.k, history.renewals.n) == (4, 5)
    assert (board.used, board.unused) == (Share(3, 3), Share(1, 2))
    assert board.gap[0] == 0.5


def test_too_few_are_told_as_such():
    FeatureFactory(key="board", kind="sticky")
    due(uses=True, stays=True), due(uses=False, stays=False)
    _history, board = found_of("board")
    assert (board.enough, board.gap, board.tells) == (False, None, False)


def test_each_team_learns_from_its_own_customers():
    FeatureFactory(key="board", kind="sticky")
    ours, theirs = TeamFactory(), TeamFactory()
    due(uses=True, stays=True, team=ours), due(uses=False, stays=False, team=ours)
    due(uses=True, stays=False, team=theirs), due(uses=True, stays=True)
    seers = {role: UserFactory(role=role) for role in ("csm", "lead", "analyst")}
    for role in ("csm", "lead"):
        seers[role].teams.set([ours])
    assert found_of("board", seers["csm"])[1].used == Share(1, 1)
    assert found_of("board", seers["lead"])[1].used == Share(2, 2)
    history, board = found_of("board", seers["analyst"])
    assert (board.used, board.unused, history.renewals) == (Share(2, 3), Share(0, 1), Share(2, 4))


def test_who_passes_to_another_team_takes_their_renewals_along_that_night():
    FeatureFactory(key="board", kind="sticky")
    ours, theirs, admin = TeamFactory(), TeamFactory(), UserFactory(role="administrator")
    moving = due(uses=True, stays=True, team=ours)
    due(uses=False, stays=False, team=ours), due(uses=True, stays=False, team=theirs)
    us, them = UserFactory(role="csm"), UserFactory(role="csm")
    us.teams.set([ours]), them.teams.set([theirs])
    assert found_of("board", us)[1].used == Share(1, 1)
    values = CustomerValues(customer=moving.pk, values={"team": theirs.pk})
    changing.change(changes=[values], by=admin, at=clock.now())
    count_teams_again(Event.objects.filter(type=changing.CHANGED))
    waiting = Job.objects.filter(kind="usage.renewals")
    assert {one.run_at.astimezone(clock.zone()).date() for one in waiting} == {clock.today() + timedelta(days=1)}
    for job in waiting:
        jobs.HANDLERS["usage.renewals"](job.payload)
    counted = {user: {one.feature.key: one for one in keeping.keeping(user).features}["board"] for user in (us, them)}
    assert (counted[us].used, counted[us].unused) == (Share(0, 0), Share(0, 1))
    assert counted[them].used == Share(1, 2)


def test_the_difference_has_newcombes_interval():
    # Newcombe (1998), Statistics in Medicine 17, table II: 56/70 against 48/80, method 10.
    gap, low, high = difference(Share(56, 70), Share(48, 80))
    assert (round(gap, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


def test_wilsons_interval():
    low, high = Share(81, 263).interval
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert Share(0, 0).interval == (0.0, 1.0)
    with pytest.raises(ValueError, match="nobody"):
        difference(Share(0, 0), Share(1, 2))
