from datetime import date, timedelta
from typing import Any

import pytest

from core.clock import AsOf
from core.models import Source
from customers.models import Customer
from customers.registry import gather
from customers.tests.factories import CustomerFactory, MergeFactory
from usage.domain.features import classify
from usage.domain.record import Used, record
from usage.tests.factories import FeatureFactory, days, product, use

D = date(2026, 3, 20)
AT = AsOf.at(D)

pytestmark = pytest.mark.django_db


def ago(count: int) -> date:
    return D - timedelta(days=count)


def value(key: str, customer: Customer, at: AsOf = AT) -> Any:
    """The measure of one customer; None where it is missing."""
    frame = gather(at, [key])
    place = list(frame.ids).index(customer.pk)
    return frame[key][place].item() if frame.measured(key)[place] else None


def someone_else() -> Customer:
    """A customer whose events show that the feed is alive."""
    other = CustomerFactory()
    use(other, *days(ago(60), 60))
    return other


class TestSilence:
    KEYS = ("active_days_28", "core_adoption_28", "active_users_28")

    @pytest.fixture(autouse=True)
    def a_core_feature(self) -> None:
        FeatureFactory(key="board", kind="core")

    @pytest.mark.parametrize("key", KEYS)
    def test_a_customer_gone_dark_on_a_live_feed_is_zero(self, key: str) -> None:
        someone_else()
        dark = CustomerFactory()
        use(dark, ago(100), feature="board", persons=["ana"])
        assert value(key, dark) == 0

    @pytest.mark.parametrize("key", KEYS)
    def test_a_feed_that_fell_silent_is_missing_data(self, key: str) -> None:
        customer = CustomerFactory()
        use(customer, *days(ago(60), 52), feature="board", persons=["ana"])
        assert value(key, customer) is None
        assert value(key, customer, AsOf.at(ago(5))) is not None

    @pytest.mark.parametrize("key", KEYS)
    def test_a_customer_never_connected_is_missing_data(self, key: str) -> None:
        someone_else()
        assert value(key, CustomerFactory()) is None

    def test_another_source_does_not_keep_a_feed_alive(self) -> None:
        someone_else()
        customer = CustomerFactory()
        use(customer, *days(ago(60), 40), source=Source.objects.create(key="mobile", label="Mobile app"))
        assert value("active_days_28", customer) is None

    def test_a_feed_is_alive_up_to_its_seventh_silent_day(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(7))
        assert value("active_days_28", customer) == 1
        assert value("active_days_28", customer, AsOf.at(D + timedelta(days=1))) is None

    def test_a_feed_known_to_be_alive_only_later_was_silent_then(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(60))
        use(customer, ago(2), known_on=D)
        assert value("active_days_28", customer) is None
        assert value("active_days_28", customer, AsOf.at(D, known_on=D + timedelta(days=1))) == 1


class TestActiveDays:
    def test_each_day_of_the_window_counts_once(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(29), ago(28), ago(1), D, feature=["board", "chat"])
        use(customer, ago(28), known_on=ago(20))
        assert value("active_days_28", customer) == 2

    def test_a_day_that_was_taken_back_does_not_count(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(9), ago(1), events=10)
        use(customer, ago(9), events=-10, known_on=ago(3))
        assert value("active_days_28", customer) == 1
        assert value("active_days_28", customer, AsOf.at(ago(3))) == 1

    def test_a_day_known_late_counts_only_from_then(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(1))
        use(customer, ago(3), known_on=D)
        assert value("active_days_28", customer) == 1
        assert value("active_days_28", customer, AsOf.at(D, known_on=D + timedelta(days=1))) == 2

    def test_two_records_of_one_customer_are_one(self) -> None:
        one, twin = CustomerFactory(), CustomerFactory()
        use(one, ago(1), ago(2))
        use(twin, ago(2), ago(3))
        MergeFactory(from_customer=twin, into_customer=one, known_on=ago(30))
        assert value("active_days_28", one) == 3


class TestChange:
    def test_it_is_relative_to_the_customers_own_days_before(self) -> None:
        customer = CustomerFactory()
        use(customer, *days(ago(56), 28), events=10)
        use(customer, *days(ago(28), 28), events=4)
        assert value("usage_change_28", customer) == pytest.approx(-0.6)

    def test_silence_after_use_is_the_whole_loss(self) -> None:
        someone_else()
        customer = CustomerFactory()
        use(customer, *days(ago(56), 28))
        assert value("usage_change_28", customer) == -1

    def test_without_use_before_it_is_undefined(self) -> None:
        customer = CustomerFactory()
        use(customer, *days(ago(28), 28))
        assert value("usage_change_28", customer) is None

    def test_users_have_their_own(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(40), persons=["ana", "bo", "cy", "di"])
        use(customer, ago(3), persons=["ana"])
        assert value("active_users_change_28", customer) == -0.75
        assert value("active_users_change_28", customer, AsOf.at(ago(29))) is None


class TestAdoption:
    def test_it_is_the_share_of_the_core_features(self) -> None:
        classify(kinds={"board": "core", "chat": "core", "export": "sticky", "misc": "other"}, known_on=ago(100))
        customer = CustomerFactory()
        use(customer, ago(3), feature=["board", "misc"])
        use(customer, ago(29), feature="chat")
        assert value("core_adoption_28", customer) == 0.5
        assert value("sticky_adoption_28", customer) == 0

    def test_it_holds_for_more_features_than_one_number_has_bits(self) -> None:
        classify(kinds={f"core-{n}": "core" for n in range(140)}, known_on=ago(100))
        customer = CustomerFactory()
        use(customer, ago(3), feature=[f"core-{n}" for n in (0, 62, 63, 139)])
        assert value("core_adoption_28", customer) == pytest.approx(4 / 140)

    def test_without_a_core_feature_it_is_undefined(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(3), feature="misc")
        assert value("core_adoption_28", customer) is None

    def test_a_feature_that_became_core_later_was_none_then(self) -> None:
        FeatureFactory(key="board", kind="core")
        customer = CustomerFactory()
        use(customer, ago(3), feature="board")
        use(customer, ago(3), feature="chat", known_on=ago(2))
        classify(kinds={"chat": "core", "export": "core"}, known_on=D)
        assert value("core_adoption_28", customer) == 1
        assert value("core_adoption_28", customer, AsOf.at(D, known_on=D + timedelta(days=1))) == pytest.approx(2 / 3)


class TestUsers:
    def test_a_person_counts_once_over_the_turn_of_the_month(self) -> None:
        customer = CustomerFactory()
        use(customer, *days(ago(28), 28), persons=["ana", "bo"])
        use(customer, ago(29), D, persons=["cy"])
        assert value("active_users_28", customer) == 2

    def test_counts_of_users_without_persons_are_not_added_up(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(2), ago(1), users=7)
        assert value("active_users_28", customer) is None
        assert value("active_days_28", customer) == 2


class TestLastUsage:
    def test_it_is_the_last_day_before_the_day_asked(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(300), ago(5), D)
        assert value("last_usage_on", customer) == ago(5)

    def test_it_is_found_before_the_window_and_on_a_dead_feed(self) -> None:
        customer = CustomerFactory()
        use(customer, ago(400), ago(90))
        assert value("last_usage_on", customer) == ago(90)


def test_a_customer_silent_for_long_still_has_a_last_use() -> None:
    customer = CustomerFactory()
    use(customer, ago(700))
    assert value("last_usage_on", customer) == ago(700)
    use(longer := CustomerFactory(), ago(800))
    assert value("last_usage_on", longer) is None


def test_the_change_of_a_week_against_the_week_before() -> None:
    customer = CustomerFactory()
    use(customer, ago(1), ago(7), events=10)
    use(customer, ago(8), ago(14), events=20)
    use(customer, ago(15), events=500)
    assert value("usage_change_7", customer) == -0.5
    use(new := CustomerFactory(), ago(2))
    assert value("usage_change_7", new) is None


class TestErrors:
    def fail(self, customer: Customer, day: date, errors: int) -> None:
        record(rows=[Used(customer.pk, day, 5, errors=errors)], source=product())

    def test_those_that_came_along_and_events_that_are_errors(self) -> None:
        customer = CustomerFactory()
        FeatureFactory(key="crash", kind="error")
        self.fail(customer, ago(2), 3)
        self.fail(customer, ago(30), 50)
        use(customer, ago(1), feature="crash", events=4)
        assert value("errors_28", customer) == 7
        assert value("breadth_28", customer) == 0, "failing is no use"

    def test_a_silent_feed_has_no_errors_to_count_and_a_quiet_customer_none(self) -> None:
        silent, dark = CustomerFactory(), CustomerFactory()
        use(dark, ago(100))
        self.fail(silent, ago(20), 3)
        assert value("errors_28", silent) is None
        someone_else()
        assert value("errors_28", dark) == 0

    def test_of_the_first_thirty_days(self) -> None:
        FeatureFactory(key="crash", kind="error")
        customer = CustomerFactory(created_on=ago(90), known_on=ago(90))
        self.fail(customer, ago(90), 2)
        self.fail(customer, ago(60), 30)
        use(customer, ago(61), feature="crash", events=4)
        assert value("errors_first_30", customer) == 6
        assert value("errors_first_30", customer, AsOf.at(ago(61))) == 2

    def test_whoever_was_not_connected_by_then_or_came_long_ago_has_none(self) -> None:
        late = CustomerFactory(created_on=ago(90), known_on=ago(90))
        old = CustomerFactory(created_on=ago(400), known_on=ago(400))
        self.fail(late, ago(10), 2)
        self.fail(old, ago(390), 2)
        assert value("errors_first_30", late) is None
        assert value("errors_first_30", old) is None
