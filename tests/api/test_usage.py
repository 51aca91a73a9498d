from datetime import date

import pytest

from core.models import ExternalId, Source
from customers.tests.factories import CustomerFactory, MergeFactory
from usage.tests.factories import use

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    made = CustomerFactory()
    ExternalId.objects.create(
        source=Source.objects.create(key="files"), noun="customer", value="C-17", object_id=made.pk
    )
    return made


def test_use_adds_up_by_day_and_feature(reader, customer):
    use(customer, date(2026, 1, 5), feature="boards", events=3, users=2, known_on=date(2026, 1, 5))
    use(customer, date(2026, 1, 5), feature="boards", events=4, users=1, known_on=date(2026, 1, 9))
    use(customer, date(2026, 1, 6), events=5)
    use(customer, date(2026, 1, 7), feature="boards", events=9)
    assert reader.rows("usage/?customer=C-17&from=2026-01-05&to=2026-01-07") == [
        {"day": "2026-01-05", "feature": "boards", "events": 7, "users": 3},
        {"day": "2026-01-06", "feature": "", "events": 5, "users": None},
    ]
    assert [one["events"] for one in reader.rows("usage/?customer=C-17&feature=")] == [7, 5, 9]
    assert reader.rows(f"usage/?customer={customer.uid}&limit=1")[0]["day"] == "2026-01-05"


def test_pages_of_use(reader, customer):
    use(customer, date(2026, 1, 5), date(2026, 1, 6), feature=["a", "b", "c"], events=1)
    seen, address = [], "usage/?customer=C-17&limit=2"
    while address:
        page = reader.get(address).json()
        seen += [(one["day"], one["feature"]) for one in page["results"]]
        address = page["next"]
    assert seen == [(f"2026-01-0{day}", key) for day in (5, 6) for key in "abc"]


def test_whoever_was_merged_counts(reader, customer):
    other = CustomerFactory()
    MergeFactory(from_customer=other, into_customer=customer)
    use(other, date(2026, 1, 5), feature="boards", events=2)
    assert [one["events"] for one in reader.rows("usage/?customer=C-17")] == [2]


def test_whose_it_is_must_be_said_and_seen(reader, of_north, customer):
    assert reader.get("usage/").json()["errors"][0]["rule"] == "required"
    assert reader.get("usage/?customer=C-18").status_code == 404
    assert of_north.get("usage/?customer=C-17").status_code == 404
