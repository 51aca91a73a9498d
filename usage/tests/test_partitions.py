from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from customers.tests.factories import CustomerFactory
from usage.domain import partitions
from usage.tests.factories import use


def names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = oid WHERE relkind = 'r'"
            " AND relname ~ '^usage_usage'"
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_month_gets_its_partitions_once() -> None:
    for _ in range(2):
        partitions.ensure(date(2025, 11, 30), date(2026, 1, 1))
    assert names() == {
        f"usage_{table}_{month}"
        for table in ("usageday", "usageperson", "usagefeatureperson")
        for month in ("2025_11", "2025_12", "2026_01")
    }


@pytest.mark.django_db
def test_every_partition_finds_what_was_learnt_late() -> None:
    partitions.ensure(date(2025, 11, 30), date(2025, 12, 1))
    months = [date(2026, 1, 1)]
    partitions.fill_beside(months)
    partitions.key_beside(months)
    partitions.take_in(months)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_indexes WHERE indexdef LIKE '%% USING brin (known_on)%%'", [])
        found = {name for (name,) in cursor.fetchall()}
    assert found >= {f"usage_usageday_{month}" for month in ("2025_11", "2025_12", "2026_01")}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_collide() -> None:
    def ensure(_: int) -> None:
        try:
            partitions.ensure(date(2025, 1, 1), date(2025, 3, 1))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ensure, range(4)))
    assert len(names()) == 9


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["DELETE FROM", "TRUNCATE"])
@pytest.mark.parametrize("table", ["usageday", "usageperson"])
def test_a_partition_named_itself_only_grows(change: str, table: str) -> None:
    use(CustomerFactory(), date(2025, 11, 30), persons=["ana"])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{change} usage_{table}_2025_11")


def test_months_run_over_the_turn_of_the_year() -> None:
    assert list(partitions.months(date(2025, 12, 31), date(2026, 2, 1))) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
