"""The embedded servers: shared, never stopped under another, crash-safe, and willing to run for root."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from config.celery import app
from config.embedded import broker, privileges
from config.embedded.broker import IN_POSTGRES, install_in_postgres, options_in_postgres
from config.embedded.lease import Lease
from config.embedded.postgres import THROWAWAY, Cluster
from tests.support.databases import Databases

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path / "postgres", THROWAWAY)


def _one(cluster: Cluster) -> int:
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute("SELECT 1").fetchone()
    return int(row[0]) if row else 0


def test_the_last_of_two_users_stops_it(cluster: Cluster) -> None:
    first, second = Lease(cluster), Lease(cluster)
    first.give_back()
    assert _one(cluster) == 1
    second.give_back()
    assert not cluster.answers()


def test_it_stops_when_its_only_user_is_killed(cluster: Cluster) -> None:
    user = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(cluster.directory)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert user.stdout
    assert user.stdout.readline() == b"held\n"
    pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
    user.kill()
    user.communicate()
    # A new user comes at once: it either finds the server running or waits for its end and starts another.
    lease = Lease(cluster)
    assert _one(cluster) == 1
    lease.give_back()
    assert not _lives(pid)


_HOLD = """
import sys, time
from pathlib import Path
from config.embedded.lease import Lease
from config.embedded.postgres import Cluster
lease = Lease(Cluster(Path(sys.argv[1])))
print("held", flush=True)
time.sleep(60)
"""


def test_it_starts_over_what_a_killed_server_left(cluster: Cluster) -> None:
    lease = Lease(cluster)
    pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    lease.give_back()
    # The pid in the file now belongs to a process that lives, and is not PostgreSQL.
    lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    (cluster.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    lease = Lease(cluster)
    assert _one(cluster) == 1
    lease.give_back()


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / ("long" * 25) / "postgres", THROWAWAY)
    lease = Lease(cluster)
    assert _one(cluster) == 1
    lease.give_back()


@needs_root
def test_root_without_user_namespaces_becomes_nobody(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden() -> None:
        raise PermissionError

    monkeypatch.setattr(privileges, "_enter_user_namespace", forbidden)
    with _started(cluster):
        assert (cluster.data / "postmaster.pid").stat().st_uid == privileges.NOBODY
    monkeypatch.undo()
    with _started(cluster):  # and back again, where they are allowed
        assert (cluster.data / "postmaster.pid").stat().st_uid == 0


@contextmanager
def _started(cluster: Cluster) -> Iterator[None]:
    server = cluster.start()
    assert server
    try:
        assert _one(cluster) == 1
        yield
    finally:
        cluster.stop()
        server.wait()


@pytest.fixture
def queue_in_postgres(databases: Databases, migrated: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    name = databases.clone(migrated)
    url = databases.url(name)
    install_in_postgres(url)
    install_in_postgres(url)
    monkeypatch.setitem(app.conf, "broker_url", IN_POSTGRES)
    monkeypatch.setitem(app.conf, "broker_transport_options", options_in_postgres(url))
    monkeypatch.setattr(app, "_pool", None)
    yield
    databases.drop(name)


def test_a_machine_without_a_broker_queues_in_postgres(queue_in_postgres: None) -> None:
    with app.connection_for_write() as connection, connection.SimpleQueue("probe") as queue:
        queue.put("ping")
        message = queue.get(timeout=5)
        message.ack()
    assert message.payload == "ping"


def test_without_wheel_and_path_there_is_no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "")
    assert broker.binary() is None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
