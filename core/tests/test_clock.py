from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from core.clock import AsOf, today
from core.ids import UUID7_SQL, uuid7
from core.models import Company

D = date(2025, 6, 2)


def test_what_is_known_goes_by_the_day_unless_said_otherwise():
    assert AsOf.at(D) == AsOf(D, D)
    assert AsOf.at(D, known_on=date(2025, 7, 1)).known_on == date(2025, 7, 1)


def test_a_window_ends_before_the_day():
    assert AsOf.at(D).window(28) == (date(2025, 5, 5), D)


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "day"), [("UTC", 2), ("Pacific/Auckland", 3), ("America/Los_Angeles", 2)])
def test_the_company_zone_decides_the_day(zone, day):
    Company.objects.create(id=1, time_zone=zone)
    assert today(datetime(2025, 6, 2, 13, tzinfo=UTC)) == date(2025, 6, day)


@pytest.mark.django_db
@time_machine.travel(datetime(2025, 6, 2, 23, 59, tzinfo=UTC), tick=False)
def test_live_is_as_of_tomorrow():
    assert AsOf.live() == AsOf.at(date(2025, 6, 3))


@time_machine.travel(datetime(2025, 6, 2, tzinfo=UTC), tick=False)
def test_an_id_is_of_its_time_and_unlike_any_other():
    ids = {uuid7() for _ in range(1000)}
    assert len(ids) == 1000
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert {one.int >> 80 for one in ids} == {int(datetime(2025, 6, 2, tzinfo=UTC).timestamp() * 1000)}


def test_a_later_id_sorts_after_an_earlier_one():
    with time_machine.travel(datetime(2025, 6, 2, tzinfo=UTC), tick=False) as clock:
        earlier = uuid7()
        clock.shift(timedelta(milliseconds=1))
        assert earlier < uuid7()


@pytest.mark.django_db
def test_the_database_makes_such_ids_too():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {UUID7_SQL} FROM generate_series(1, 50)")
        ids = [row[0] for row in cursor.fetchall()]
    assert len(set(ids)) == 50
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert all(abs((one.int >> 80) - (uuid7().int >> 80)) < 60_000 for one in ids)
