import time
from uuid import UUID

import pytest
from django.db import connection

from core.ids import UUID7_SQL, uuid7


def stamp(uid: UUID) -> float:
    return (uid.int >> 80) / 1000


def test_an_id_tells_when_it_was_made() -> None:
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert abs(stamp(made) - time.time()) < 60


@pytest.mark.django_db
def test_the_database_makes_the_same_kind() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {UUID7_SQL} FROM generate_series(1, 100)")
        made = {uid for (uid,) in cursor.fetchall()}
    assert len(made) == 100
    assert {(uid.version, uid.variant) for uid in made} == {(7, "specified in RFC 4122")}
    assert all(abs(stamp(uid) - time.time()) < 60 for uid in made)
