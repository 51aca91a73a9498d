"""Consumers stop below the oldest transaction of the server, and other workers' tests are such transactions."""

import pytest
from django.db import connection

from core import consumers

OLDEST_HERE = """
    SELECT COALESCE(min(backend_xid::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    FROM pg_stat_activity WHERE datname = current_database()
"""


def oldest_here() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_HERE)
        return int(cursor.fetchone()[0])


@pytest.fixture
def alone_on_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the transactions of other databases out, as if this test had the server to itself."""
    monkeypatch.setattr(consumers, "horizon", oldest_here)
