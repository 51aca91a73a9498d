"""What a process holds of the renewals, over transactions that commit."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accounts.models import Role, User
from accounts.tests.factories import UserFactory
from core import clock
from core.clock import AsOf
from subscriptions.domain import curves, rulesets
from subscriptions.models import Subscription
from subscriptions.queries import calendar
from subscriptions.queries.held_renewals import SHELF, TYPES
from subscriptions.tests.factories import agree, sell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sold() -> Iterator[list[Subscription]]:
    SHELF.forget()
    today = clock.today()
    term = {"term_ends_on": today + timedelta(days=40), "auto_renews": True}
    made = [sell(None, amount, today - timedelta(days=300), **term) for amount in (100, 200, 300)]
    curves.build(ruleset=rulesets.current())
    yield made
    SHELF.forget()


def due(user: User) -> list[tuple[int, int, int]]:
    found = calendar.due(user, AsOf.live(), calendar.months(clock.today()))
    return sorted(zip(*(found.rows[name].tolist() for name in ("subscription", "mrr", "state")), strict=True))


def test_it_is_read_once_and_then_what_changed(sold: list[Subscription], monkeypatch: pytest.MonkeyPatch) -> None:
    user, today, asked = UserFactory(role=Role.ADMINISTRATOR), clock.today(), []
    first, read = due(user), SHELF.read
    monkeypatch.setattr(SHELF, "read", lambda *args: asked.append(args[-1]) or read(*args))
    assert due(user) == first
    assert None not in asked  # what others' transactions leave open is read again, never all of it
    assert [mrr for _one, mrr, _state in first] == [100e6, 200e6, 300e6]
    ends = today + timedelta(days=40)
    agree(sold[0], 100, today - timedelta(days=300), ends_on=ends, cancelled_on=today, term_ends_on=ends)
    changed = due(user)
    assert None not in asked
    assert sold[0].customer_id in asked[-1]
    SHELF.forget()
    assert due(user) == changed != first
    assert set(SHELF.held.popitem()[1].rows) == set(TYPES)
