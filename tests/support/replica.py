"""A replica for tests: a second connection that refuses every write, to the same database or to another one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from core import replica

READ_ONLY = "-c default_transaction_read_only=on"


@pytest.fixture
def lead_to_replica(
    monkeypatch: pytest.MonkeyPatch, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Callable[..., None]]:
    """Sets the replica: the database itself, with other settings where given. Outside of a transaction, as a request
    is; a test that writes needs a database of its own."""

    def lead(**settings: Any) -> None:
        here = connections.settings["default"]
        there = {**here, **settings, "OPTIONS": {**here["OPTIONS"], "options": READ_ONLY}}
        monkeypatch.setitem(connections.settings, replica.ALIAS, there)
        monkeypatch.setitem(replica._away, "until", 0.0)

    with django_db_blocker.unblock():
        yield lead
        for alias in connections:
            connections[alias].close()
        if replica.is_configured():
            del connections[replica.ALIAS]
