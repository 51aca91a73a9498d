from datetime import UTC, date, datetime

import numpy as np
import pytest

from accounts.tests.factories import TeamFactory, UserFactory
from core.clock import AsOf
from customers.domain import customers
from customers.domain.customers import CustomerValues
from customers.queries.attributes import NotReplayable, attribute_frame, fields, labels
from customers.registry import gather
from customers.tests.factories import (
    AttributeChangeFactory,
    AttributeFactory,
    CustomerFactory,
    CustomerRoleFactory,
    MergeFactory,
)

pytestmark = pytest.mark.django_db

MAY, JUNE, JULY = date(2025, 5, 1), date(2025, 6, 1), date(2025, 7, 1)


def value(key, customer, at=JULY, known_on=None, **options):
    frame = attribute_frame(AsOf.at(at, known_on=known_on), [key], customers=[customer.pk], **options)
    (found,) = frame[key]
    return found.item() if isinstance(found, np.generic) else found


def test_the_latest_row_known_then_counts():
    customer = CustomerFactory(industry="Software")
    AttributeChangeFactory(customer=customer, value="Retail", day=date(2025, 4, 1))
    AttributeChangeFactory(customer=customer, value="Logistics", day=date(2025, 5, 20))
    AttributeChangeFactory(customer=customer, value="Software", day=date(2025, 5, 25), known_on=date(2025, 6, 10))
    assert value("industry", customer, MAY) == "Retail"
    assert value("industry", customer, JUNE) == "Logistics"
    assert value("industry", customer, JUNE, known_on=JULY) == "Software"
    assert value("industry", customer, date(2025, 3, 1)) is None
    assert value("industry", customer, date(2025, 3, 1), by_today=True) == "Software"


def test_a_value_that_was_taken_away_is_missing():
    customer = CustomerFactory()
    AttributeChangeFactory(customer=customer, key="employees", value=40, day=MAY)
    AttributeChangeFactory(customer=customer, key="employees", value=None, day=JUNE)
    assert value("employees", customer, JUNE) == 40
    assert np.isnan(value("employees", customer, JULY))


@pytest.mark.parametrize(
    ("type", "stored", "expected"),
    [("text", "gold", "gold"), ("number", 2.5, 2.5), ("date", "2025-03-01", date(2025, 3, 1)), ("yes_no", True, 1.0)],
)
def test_own_attributes_come_by_their_type(type, stored, expected):
    AttributeFactory(key="tier", type=type)
    customer = CustomerFactory(attributes={"tier": stored})
    AttributeChangeFactory(customer=customer, key="tier", value=stored, day=MAY)
    assert value("tier", customer) == expected
    assert value("attribute.tier", customer, by_today=True) == expected


def test_a_constant_counts_from_the_first_day():
    AttributeFactory(key="region", nature="constant")
    customer = CustomerFactory()
    AttributeChangeFactory(customer=customer, key="region", value="EMEA", day=JULY)
    assert value("region", customer, MAY) == "EMEA"


def test_an_outcome_is_read_by_todays_value_only():
    AttributeFactory(key="churned", nature="outcome", label="Churned", type="yes_no")
    customer = CustomerFactory(attributes={"churned": True})
    with pytest.raises(NotReplayable, match="Churned"):
        value("churned", customer)
    assert value("churned", customer, by_today=True) == 1


def test_an_old_name_is_known_once_the_customer_was_renamed():
    customer = CustomerFactory(name="Old")
    assert value("name", customer, MAY) == "Old"
    change = CustomerValues(customer=customer.pk, values={"name": "New"})
    customers.change(changes=[change], by=None, at=datetime(2025, 6, 10, tzinfo=UTC))
    assert value("name", customer, JUNE) == "Old"
    assert value("name", customer, JULY) == "New"


def test_owner_and_team_are_those_of_then():
    ann, team = UserFactory(name="Ann"), TeamFactory(name="North")
    customer = CustomerFactory(owner=ann, team=team)
    CustomerRoleFactory(customer=customer, user=UserFactory(), team=TeamFactory(), day=date(2025, 4, 1))
    CustomerRoleFactory(customer=customer, user=ann, team=team, day=JUNE)
    CustomerRoleFactory(customer=customer, user=UserFactory(), role="sponsor", day=JUNE)
    assert (value("owner", customer), value("team", customer)) == (str(ann.uid), str(team.uid))
    assert value("owner", customer, MAY) not in (None, str(ann.uid))
    assert value("owner", customer, by_today=True) == str(ann.uid)
    assert labels("owner")[str(ann.uid)] == "Ann"
    assert labels("attribute.team")[str(team.uid)] == "North"
    assert labels("industry") == {}


def test_the_first_day_is_a_date():
    assert value("created_on", CustomerFactory()) == date(2024, 1, 1)


def test_a_merged_customer_lends_what_the_other_lacks():
    merge = MergeFactory()
    AttributeChangeFactory(customer=merge.from_customer, value="Retail")
    assert value("industry", merge.into_customer) == "Retail"
    AttributeChangeFactory(customer=merge.into_customer, value="Logistics", day=MAY)
    assert value("industry", merge.into_customer) == "Logistics"
    assert value("name", merge.into_customer) == merge.into_customer.name


def test_it_stands_beside_measures():
    CustomerFactory.create_batch(2)
    at = AsOf.at(JULY)
    np.testing.assert_array_equal(attribute_frame(at, ["industry"]).ids, gather(at, ["open_tickets"]).ids)


def test_an_unknown_attribute_is_refused():
    with pytest.raises(KeyError):
        value("shoe_size", CustomerFactory())


def test_all_fields_are_the_built_in_and_the_own():
    AttributeFactory(key="tier", label="Tier")
    assert {"industry", "owner", "tier"} <= set(fields())
    assert str(fields(["tier"])["tier"].label) == "Tier"
