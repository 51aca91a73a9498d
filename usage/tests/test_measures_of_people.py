"""Seats, lapse, breadth, and what those who decide do: each as of a day and as known then."""

from datetime import timedelta

import pytest

from core.clock import AsOf
from customers.models import ContactRole
from customers.tests.factories import ContactFactory, CustomerFactory
from usage.domain.rollup.people import know_contacts
from usage.queries.of_customer import feature_figures, roles
from usage.tests.factories import FeatureFactory, use
from usage.tests.test_measures import D, ago, someone_else, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return CustomerFactory()


def test_who_was_there_last_week_and_is_not_now_has_lapsed(customer):
    use(customer, ago(10), persons=["ana", "ben", "cem", "dan"])
    use(customer, ago(3), persons=["ana", "eve"])
    assert value("active_users_7", customer) == 2
    assert value("active_users_change_7", customer) == -0.5
    assert value("user_lapse_7", customer) == 0.75
    assert value("user_lapse_28", customer) is None, "nobody was there in the 28 days before"


def test_monthly_lapse(customer):
    use(customer, ago(40), persons=["ana", "ben"])
    use(customer, ago(3), persons=["ana"])
    assert value("user_lapse_28", customer) == 0.5


def test_gone_dark_on_a_live_feed_all_have_lapsed_and_on_a_dead_one_nobody_knows(customer):
    use(customer, ago(10), persons=["ana"])
    assert value("user_lapse_7", customer) is None
    assert value("breadth_28", customer) is None
    someone_else()
    assert value("user_lapse_7", customer) == 1
    assert value("active_users_7", customer) == 0


def test_what_was_not_known_then_changes_nothing(customer):
    someone_else()
    FeatureFactory(key="board")
    use(customer, ago(10), ago(3), persons=["ana"], feature="board")
    before = {key: value(key, customer) for key in ("user_lapse_7", "active_users_7", "breadth_28")}
    use(customer, ago(3), persons=["ben"], feature="late", known_on=D)
    assert before == {"user_lapse_7": 0, "active_users_7": 1, "breadth_28": 1}
    assert {key: value(key, customer) for key in before} == before
    later = AsOf(D, D + timedelta(days=1))
    assert value("active_users_7", customer, later) == value("breadth_28", customer, later) == 2


def test_breadth_counts_what_is_left_after_corrections(customer):
    use(customer, ago(3), feature=["board", "export"])
    use(customer, ago(3), feature="export", events=-10, known_on=ago(2))
    assert value("breadth_28", customer) == 1


class TestWhoDecides:
    KEY = "decision_maker_sticky_28"

    @pytest.fixture(autouse=True)
    def ana_decides(self, customer):
        FeatureFactory(key="board", kind="sticky")
        FeatureFactory(key="export", kind="other")
        since = ago(300)
        ContactFactory(customer=customer, email="ana@example.com", role=ContactRole.DECISION_MAKER, since=since)
        ContactFactory(customer=customer, email="ben@example.com", role=ContactRole.USER, since=since)
        know_contacts()

    def test_their_use_of_a_sticky_feature_counts(self, customer):
        use(customer, ago(3), feature="board", persons=["ana@example.com", "ben@example.com"])
        assert value(self.KEY, customer) == 1

    def test_that_of_others_and_of_other_features_does_not(self, customer):
        use(customer, ago(3), feature="export", persons=["ana@example.com"])
        use(customer, ago(4), feature="board", persons=["ben@example.com"])
        use(customer, ago(40), feature="board", persons=["ana@example.com"])
        assert value(self.KEY, customer) == 0

    def test_it_is_missing_where_nobody_decides_or_the_feed_is_dead(self, customer):
        use(customer, ago(10), feature="board", persons=["ana@example.com"])
        assert value(self.KEY, customer) is None
        someone_else()
        assert value(self.KEY, customer) == 1
        other = CustomerFactory()
        use(other, ago(3), feature="board", persons=["x"])
        assert value(self.KEY, other) is None, "nobody decides there"
        ContactFactory(customer=other, email="kim@example.com", role=ContactRole.DECISION_MAKER, since=ago(300))
        know_contacts()
        assert value(self.KEY, other) is None, "no contact was ever told among the users"

    def test_the_page_counts_them_by_role(self, customer):
        assert roles(customer, AsOf.at(D)) == []
        use(customer, ago(3), feature="board", persons=["ana@example.com"])
        assert [(one.known, one.active, one.sticky) for one in roles(customer, AsOf.at(D))] == [(1, 1, 1), (1, 0, 0)]
        (board,) = [one for one in feature_figures(customer, AsOf.at(D)) if one.feature.key == "board"]
        assert (board.users, board.deciders, board.week) == (1, 1, 10)

    def test_what_was_not_known_then_changes_nothing(self, customer):
        someone_else()
        use(customer, ago(20), feature="export", persons=["ben@example.com"])
        use(customer, ago(3), feature="board", persons=["ana@example.com"], known_on=D)
        assert value(self.KEY, customer) == 0
        assert value(self.KEY, customer, AsOf(D, D + timedelta(days=1))) == 1
        assert value(self.KEY, customer, AsOf.at(ago(19), known_on=D + timedelta(days=1))) == 0
