"""Reading by two connections at once: what takes the database seconds takes it half as long where it has two cores."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import Final

from django.db import OperationalError, connection, transaction
from psycopg_pool import PoolTimeout

Task = Callable[[], None]
WRITTEN: Final = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"


def do_all(tasks: Iterable[Task]) -> None:
    """Do all of it, the first ones first, in no order that holds. What one of them raises is raised here.

    A second connection helps, unless this transaction has written something: the other would not see it.
    """
    left = deque(tasks)
    helper = None if len(left) < 2 or _has_written() else _Helper(left)
    try:
        _work(left)
    finally:
        left.clear()
        if helper:
            helper.join()
    if helper and helper.failed:
        raise helper.failed


def _has_written() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        (written,) = cursor.fetchone()
    return bool(written)


def _work(left: "deque[Task]") -> None:
    while left:
        try:
            task = left.popleft()
        except IndexError:  # the other took the last
            return
        task()


class _Helper(threading.Thread):
    """Takes tasks from the same heap, on a connection of its own."""

    def __init__(self, left: "deque[Task]") -> None:
        super().__init__(daemon=True)
        self.left = left
        self.failed: BaseException | None = None
        self.context = copy_context()
        self.start()

    def run(self) -> None:
        self.context.run(self._help)

    def _help(self) -> None:
        try:
            connection.ensure_connection()
        except (OperationalError, PoolTimeout):
            return  # no room for another one: then the first does it all
        try:
            with transaction.atomic():
                _work(self.left)
        except BaseException as error:  # raised where the tasks were given
            self.failed = error
            self.left.clear()
        finally:
            connection.close()
