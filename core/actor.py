"""Who is acting, and in which request: told to the database with each write, and to the log with each line.

An actor is ``user:12``, ``key:3`` or ``playbook:7``; '' is Holdfast itself. The database is told inside the transaction
of the write, so nothing is left on a connection that somebody else uses next.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

Who = str | Callable[[], str]
WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "TRUNCATE")
TELL = "SELECT set_config('holdfast.actor', %s, true), set_config('holdfast.request', %s, true)"
TOLD = "_told_of_actor"


@dataclass
class Acting:
    who: Who = ""
    request: str = ""

    def name(self) -> str:
        if not callable(self.who):
            return self.who
        ask, self.who = self.who, ""  # finding it out may write, as a session under a new key does: nobody's yet
        try:
            return ask()
        finally:
            self.who = ask


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def acting(who: Who, *, request: str = "") -> Iterator[Acting]:
    """Inside the block, writes are ``who``'s. The request is that of the block around, unless one is given."""
    now = Acting(who, request or request_id())
    token = _acting.set(now)
    try:
        if any(isinstance(one, Telling) for one in connection.execute_wrappers):
            yield now
        else:
            with connection.execute_wrapper(Telling()):
                yield now
    finally:
        _acting.reset(token)
        _take_back(connection)


def identify(who: Who) -> None:
    """Say who it is, once that is known, in the innermost block; outside of one it has no effect."""
    if now := _acting.get():
        now.who = who


def request_id() -> str:
    """The id of the request being answered; '' outside of one."""
    now = _acting.get()
    return now.request if now else ""


class Telling:
    """Goes around each statement of a connection: before a write the database learns who writes."""

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        db = context["connection"]
        _forget_where_it_ended(db, str(sql))
        if not str(sql).lstrip(" \n(").upper().startswith(WRITES):
            return execute(sql, params, many, context)
        if db.in_atomic_block:
            _tell(db)
            return execute(sql, params, many, context)
        with transaction.atomic(using=db.alias):
            _tell(db)
            return execute(sql, params, many, context)


def _forget_where_it_ended(db: Any, sql: str) -> None:
    """What was told ends with its transaction, and with a savepoint that is taken back."""
    idle = db.connection is None or db.connection.info.transaction_status == TransactionStatus.IDLE
    if idle or sql.startswith("ROLLBACK"):
        setattr(db, TOLD, None)


def _take_back(db: Any) -> None:
    """What goes on in the same transaction after a block is not its actor's any more."""
    if getattr(db, TOLD, None) and db.connection and db.connection.info.transaction_status == TransactionStatus.INTRANS:
        _tell(db)


def _tell(db: Any) -> None:
    now = _acting.get() or Acting()
    said = (now.name(), now.request)
    if getattr(db, TOLD, None) == said:
        return
    db.ensure_connection()
    # Past Django's cursor: it is no statement of the program.
    with db.wrap_database_errors:
        db.connection.execute(TELL, said)
    setattr(db, TOLD, said)
