from datetime import timedelta

import pytest

from core.clock import AsOf
from customers.tests.factories import CustomerFactory, MergeFactory
from usage.models import Entitlement, Feature
from usage.queries.of_customer import feature_figures
from usage.tests.factories import FeatureFactory, use
from usage.tests.test_measures import D, ago, someone_else, value

pytestmark = pytest.mark.django_db
KEY = "limit_use_28"


@pytest.fixture
def customer():
    return CustomerFactory()


def agree(customer, events, feature=None, on=None, seats=None):
    on = on or ago(50)
    found = Feature.objects.get(key=feature) if feature else None
    Entitlement.objects.create(customer=customer, feature=found, events=events, seats=seats, day=on, known_on=on)


def test_the_limit_that_is_nearest_counts(customer):
    use(customer, ago(3), feature="board", events=30)
    use(customer, ago(4), feature="export", events=5)
    use(customer, ago(30), feature="export", events=1000)
    assert value(KEY, customer) is None, "nothing was agreed"
    agree(customer, 100)
    assert value(KEY, customer) == 0.35
    agree(customer, 60, "board")
    agree(customer, 8, "export")
    assert value(KEY, customer) == 0.625


def test_what_was_agreed_last_counts_once_it_is_known(customer):
    use(customer, ago(3), feature="board", events=30)
    agree(customer, 60, "board")
    agree(customer, 120, "board", on=D)
    assert value(KEY, customer) == 0.5
    assert value(KEY, customer, AsOf.at(D + timedelta(days=1))) == 0.25
    agree(customer, None, "board", on=ago(1))
    assert value(KEY, customer) is None, "no limit any more"


def test_a_silent_customer_uses_nothing_of_it_and_a_silent_feed_is_unknown(customer):
    use(customer, ago(40), feature="board", events=30)
    agree(customer, 60, "board")
    assert value(KEY, customer) is None
    someone_else()
    assert value(KEY, customer) == 0


def test_merged_customers_share_a_limit(customer):
    twin = CustomerFactory()
    use(customer, ago(3), feature="board", events=30)
    use(twin, ago(3), feature="board", events=15)
    agree(customer, 60, "board")
    MergeFactory(from_customer=twin, into_customer=customer, known_on=ago(1))
    assert value(KEY, customer) == 0.75


def test_the_limit_stands_beside_its_feature(customer):
    FeatureFactory(key="board")
    use(customer, ago(3), feature=["export"], events=30)
    agree(customer, 60, "board")
    agree(customer, 40, "export")
    found = {one.feature.key: (one.limit, one.limit_use) for one in feature_figures(customer, AsOf.at(D))}
    assert found == {"board": (60, 0), "export": (40, 0.75)}
