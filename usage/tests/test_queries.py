from datetime import date, timedelta

import pytest

from core.clock import AsOf
from core.models import Source
from customers.tests.factories import CustomerFactory, MergeFactory
from usage.domain.features import classify
from usage.queries.freshness import feeds
from usage.queries.weeks import features_by_week, weeks
from usage.tests.factories import days, use

D = date(2026, 3, 20)
AT = AsOf.at(D)

pytestmark = pytest.mark.django_db


def ago(count: int) -> date:
    return D - timedelta(days=count)


def test_weeks_end_where_the_day_begins() -> None:
    customer = CustomerFactory()
    use(customer, ago(14), ago(8), events=5, persons=["ana"])
    use(customer, ago(7), ago(1), D, events=3, persons=["ana", "bo"])
    found = weeks(customer, AT, count=2)
    assert [(week.first, week.events, week.active_days, week.users, week.errors) for week in found] == [
        (ago(14), 10, 2, 1, 0),
        (ago(7), 6, 2, 2, 0),
    ]


def test_a_silent_week_is_zero_on_a_live_feed_and_missing_on_a_silent_one() -> None:
    customer = CustomerFactory()
    use(customer, ago(20))
    use(CustomerFactory(), ago(2))
    found = [(week.events, week.active_days, week.users) for week in weeks(customer, AT, count=4)]
    assert found == [(None, None, None), (10, 1, None), (None, None, None), (0, 0, None)]


def test_features_come_core_first_and_unused_core_ones_are_there() -> None:
    classify(kinds={"chat": "core", "board": "core", "export": "sticky"}, known_on=ago(90))
    customer = CustomerFactory()
    use(customer, ago(9), ago(8), feature=["board", "misc"], events=4)
    found = [(one.feature.key, one.kind, one.events) for one in features_by_week(customer, AT, count=2)]
    assert found == [
        ("board", "core", [8, None]),
        ("chat", "core", [0, None]),
        ("export", "sticky", [0, None]),
        ("misc", "other", [8, None]),
    ]


def test_merged_customers_are_one() -> None:
    one, twin = CustomerFactory(), CustomerFactory()
    use(twin, ago(3), events=4, persons=["ana"])
    use(one, ago(3), events=5, persons=["ana"])
    MergeFactory(from_customer=twin, into_customer=one, known_on=ago(1))
    assert [(week.events, week.active_days, week.users) for week in weeks(one, AT, count=1)] == [(9, 1, 1)]


def test_what_is_known_later_is_not_seen() -> None:
    customer = CustomerFactory()
    use(customer, ago(3), events=4)
    use(customer, ago(3), events=9, known_on=D)
    assert weeks(customer, AT, count=1)[0].events == 4


def test_feeds_say_how_fresh_they_are() -> None:
    customer = CustomerFactory()
    mobile = Source.objects.create(key="mobile", label="Mobile app")
    use(customer, *days(ago(30), 2), source=mobile)
    use(customer, ago(40))
    use(CustomerFactory(), ago(2))
    assert [(feed.source.key, feed.last_on, feed.alive) for feed in feeds(customer, AT)] == [
        ("product", ago(2), True),
        ("mobile", ago(29), False),
    ]
    assert feeds(CustomerFactory(), AT) == []
