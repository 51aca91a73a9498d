"""Reports may be read from a copy of the database, so that they take nothing from the work: `DATABASE_REPLICA_URL`."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, InternalError, OperationalError, connection, connections
from psycopg.errors import QueryCanceled

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

ALIAS: Final = "replica"
PATIENCE: Final = 30  # seconds until a replica that did not answer is asked again
BEHIND: Final = """
SELECT CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END
"""

_log: Final = logging.getLogger(__name__)
_away: Final = {"until": 0.0}


def is_configured() -> bool:
    return ALIAS in connections.settings


@contextmanager
def reading() -> Iterator[bool]:
    """Inside the block everything of this thread is read from the replica. Says whether this block led there: where
    none is set or none answers, inside another such block, and in a transaction of the primary, nothing changes.
    """
    before = connections[DEFAULT_DB_ALIAS]
    if not is_configured() or before.alias == ALIAS or before.in_atomic_block or not _answers():
        yield False
        return
    connections[DEFAULT_DB_ALIAS] = connections[ALIAS]
    try:
        yield True
    finally:
        connections[DEFAULT_DB_ALIAS] = before


def on_replica(view: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """A view that only reads, from the replica. Where that ends half-way, it is read once more, from the primary."""

    @wraps(view)
    def read(*args: Asked.args, **named: Asked.kwargs) -> Answer:
        with reading() as led:
            try:
                return view(*args, **named)
            except (OperationalError, InternalError) as error:
                if not led or isinstance(error.__cause__, QueryCanceled):
                    raise
                _give_up(error)
        return view(*args, **named)

    return read


def seconds_behind() -> float | None:
    """How long ago the primary made what the replica shows; None where it is no standby, or has not been sent
    anything yet. Raises OperationalError where it does not answer."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(BEHIND)
        (behind,) = cursor.fetchone()
    return None if behind is None else max(0.0, float(behind))


def database() -> str:
    """Tells the database that is read now from any other, the replica from the primary: for what a process keeps."""
    there = connection.settings_dict
    return f"{there['HOST']}:{there['PORT']}/{there['NAME']}"


def _answers() -> bool:
    if time.monotonic() < _away["until"]:
        return False
    try:
        connections[ALIAS].ensure_connection()
    except OperationalError as error:
        _away["until"] = time.monotonic() + PATIENCE
        _give_up(error)
        return False
    return True


def _give_up(error: Exception) -> None:
    """The next report gets another connection."""
    connections[ALIAS].close()
    kind = type(error.__cause__ or error).__name__
    _log.warning("The replica fails (%s): a report is read from the primary.", kind)
