from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.models import Event
from customers.tests.factories import CustomerFactory
from usage.domain.persons import SQL, hashed
from usage.domain.record import Used, record
from usage.models import CustomerFeed, FeedDay, UsageDay, UsagePerson
from usage.tests.factories import product, use

DAY = date(2026, 3, 5)

pytestmark = pytest.mark.django_db


def over_all(day: date = DAY) -> tuple[int, int | None, int]:
    rows = UsageDay.objects.filter(feature__key="", day=day).values_list("events", "users", "errors")
    return rows.get()


def test_the_day_over_all_is_the_sum_of_its_features() -> None:
    customer = CustomerFactory()
    rows = [Used(customer.pk, DAY, 3, "board", 2, 1), Used(customer.pk, DAY, 4, "chat", 2)]
    record(rows=rows, source=product(), known_on=DAY)
    assert over_all() == (7, None, 1)


def test_the_day_over_all_is_taken_as_given() -> None:
    customer = CustomerFactory()
    rows = [Used(customer.pk, DAY, 3, "board"), Used(customer.pk, DAY, 9, "", users=5)]
    record(rows=rows, source=product(), known_on=DAY)
    assert over_all() == (9, 5, 0)


def test_persons_are_counted_once_a_day_and_kept_as_hashes() -> None:
    customer = CustomerFactory()
    for feature in ("board", "chat"):
        use(customer, DAY, DAY + timedelta(days=1), feature=feature, persons=["ana@x.example"], known_on=clock.today())
    person = UsagePerson.objects.get()
    assert (person.person, person.month, person.days) == (hashed("ana@x.example"), date(2026, 3, 1), 0b110000)


def test_the_hash_is_the_same_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SQL.format('%s')}", ["Åsa"])
        assert cursor.fetchone() == (hashed("Åsa"),)


def test_a_late_row_is_a_row_of_its_own() -> None:
    customer = CustomerFactory()
    use(customer, DAY, events=5, known_on=DAY)
    use(customer, DAY, events=2, known_on=DAY + timedelta(days=3))
    assert sorted(UsageDay.objects.values_list("known_on__day", "events")) == [(5, 5), (8, 2)]


def test_a_row_grows_on_its_day_and_never_after() -> None:
    customer = CustomerFactory()
    use(customer, DAY, events=5, users=2, known_on=clock.today())
    use(customer, DAY, events=2, users=1, known_on=clock.today())
    assert over_all() == (7, 3, 0)
    use(customer, DAY, events=5, known_on=DAY)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        use(customer, DAY, events=1, known_on=DAY)


def test_nothing_recorded_is_deleted() -> None:
    use(CustomerFactory(), DAY, known_on=DAY)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        UsageDay.objects.all().delete()


def test_feeds_are_alive_on_the_days_they_bring_and_history_knows_each_day_on_its_own() -> None:
    one, other = CustomerFactory(), CustomerFactory()
    rows = [Used(customer.pk, DAY + timedelta(days=n), 1) for n in range(2) for customer in (one, other)]
    for _ in range(2):
        record(rows=rows, source=product(), known_on=None if not FeedDay.objects.exists() else clock.today())
    assert list(FeedDay.objects.order_by("day").values_list("day", "known_on", "customers")) == [
        (DAY, DAY, 2),
        (DAY + timedelta(days=1), DAY + timedelta(days=1), 2),
    ]
    assert list(CustomerFeed.objects.order_by("customer").values_list("customer", "day", "known_on")) == [
        (one.pk, DAY, DAY),
        (other.pk, DAY, DAY),
    ]


def test_a_batch_tells_of_itself_once() -> None:
    customer = CustomerFactory()
    use(customer, DAY, known_on=DAY)
    event = Event.objects.get(type="usage.recorded.v1")
    assert event.payload == {
        "source": "product",
        "customers": [customer.pk],
        "first": "2026-03-05",
        "last": "2026-03-05",
    }


def test_an_empty_batch_is_nothing() -> None:
    record(rows=[], source=product(), known_on=DAY)
    assert not Event.objects.exists()
