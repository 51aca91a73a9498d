"""Reading by two connections: both are used, nothing is read that is not committed, and what fails is told."""

import threading
from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from core import beside
from core.models import Company

pytestmark = pytest.mark.django_db(transaction=True)


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def noting(found: list[Any], what: Callable[[], Any]) -> Callable[[], None]:
    return lambda: found.append(what())


def test_two_work_at_once_each_on_a_connection_of_its_own() -> None:
    meet, found = Barrier(2, timeout=20), []

    def task() -> None:
        meet.wait()
        found.append(backend())

    with transaction.atomic():
        beside.do_all([task, task])
    assert len({*found}) == 2 and backend() in found


def test_what_this_transaction_has_written_is_seen_by_all() -> None:
    found: list[Any] = []
    with transaction.atomic():
        Company.objects.update_or_create(id=1, defaults={"name": "Just now"})
        beside.do_all([noting(found, lambda: (Company.current().name, backend()))] * 4)
    assert found == [("Just now", backend())] * 4


@pytest.mark.parametrize("which", [0, 1])
def test_what_one_of_them_raises_is_raised(which: int) -> None:
    meet, here = Barrier(2, timeout=20), threading.current_thread()

    def task() -> None:
        meet.wait()
        if (threading.current_thread() is here) == bool(which):
            raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"), transaction.atomic():
        beside.do_all([task, task])
    assert backend()


def test_without_room_for_another_connection_one_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []
    here = backend()

    def refuse(self: Any) -> None:
        if self.connection is None:
            raise OperationalError("too many clients")

    monkeypatch.setattr(type(connection._connections[connection._alias]), "ensure_connection", refuse)
    with transaction.atomic():
        beside.do_all([noting(found, backend)] * 3)
    assert found == [here] * 3
