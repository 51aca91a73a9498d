"""The replica: what leads there, what does not, and what is done where it does not answer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, InternalError, OperationalError, connection, transaction

from core import replica

Lead = Callable[..., None]
NOWHERE = {"HOST": "/nowhere"}


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def write() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE core_never (id int)")


def test_inside_the_block_all_is_read_from_the_replica_and_after_it_nothing(lead_to_replica: Lead) -> None:
    lead_to_replica()
    primary = backend()
    with replica.reading() as led:
        there = backend()
        assert led and there != primary
        with replica.reading() as again:
            assert not again and backend() == there
        assert backend() == there
        with pytest.raises(DatabaseError):
            write()
    assert backend() == primary


def test_an_error_leads_back(lead_to_replica: Lead) -> None:
    lead_to_replica()
    primary = backend()
    with pytest.raises(KeyError), replica.reading():
        raise KeyError
    assert backend() == primary


def test_without_one_and_in_a_transaction_all_stays_with_the_primary(lead_to_replica: Lead) -> None:
    primary = backend()
    with replica.reading() as led:
        assert not led and backend() == primary
    lead_to_replica()
    with transaction.atomic(), replica.reading() as led:
        assert not led and backend() == primary


def test_where_it_does_not_answer_the_primary_is_read_and_told_of_once(lead_to_replica: Lead, caplog: Any) -> None:
    lead_to_replica(**NOWHERE)
    for _report in range(2):
        with replica.reading() as led:
            assert not led and backend()
    assert [record.getMessage() for record in caplog.records] == [
        "The replica fails (OperationalError): a report is read from the primary."
    ]


@pytest.mark.parametrize("error", [OperationalError, InternalError])
def test_what_fails_half_way_is_read_once_more_from_the_primary(lead_to_replica: Lead, caplog: Any, error: Any) -> None:
    lead_to_replica()
    primary, asked = backend(), []

    @replica.on_replica
    def report(name: str) -> str:
        asked.append(backend())
        if asked[-1] != primary:
            raise error
        return name

    assert report("churn") == "churn"
    assert len(asked) == 2 and asked[-1] == primary
    assert len(caplog.records) == 1


def test_what_the_primary_refuses_is_no_matter_of_the_replica(lead_to_replica: Lead) -> None:
    asked = []

    @replica.on_replica
    def report() -> None:
        asked.append(backend())
        raise OperationalError

    with pytest.raises(OperationalError):
        report()
    assert len(asked) == 1


def test_a_statement_that_took_too_long_is_not_asked_of_the_primary_too(lead_to_replica: Lead) -> None:
    lead_to_replica()
    asked = []

    @replica.on_replica
    def report() -> None:
        asked.append(backend())
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 1; SELECT pg_sleep(1)")

    with pytest.raises(OperationalError):
        report()
    assert len(asked) == 1
