"""The databases and yardsticks of the benchmarks."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from statistics import mean, median
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from psycopg import sql

from bench.yardsticks import REFERENCE, YARDSTICKS
from config.databases import from_url
from config.embedded.lease import Lease
from config.embedded.postgres import THROWAWAY, Cluster
from tools.figures import Figure, Figures, at_most, info

figures = Figures()
_measured: dict[str, tuple[float, float]] = {}
_leases: list[Lease] = []
NOW = 10.0  # seconds
ROUNDS, IN_A_ROUND = 3, 3
WAITS = ROUNDS * (1 + IN_A_ROUND)  # how often `waited` does its work


def use_own_server() -> None:
    """Lead Django to the benchmarks' own server, kept in the data directory, or to the one of DATABASE_URL."""
    if url := os.environ.get("DATABASE_URL"):
        _lead_to(url)
        return
    cluster = _own_cluster()
    _leases.append(Lease(cluster))
    os.environ["DATABASE_URL"] = cluster.url()
    _lead_to(cluster.url())


def leave_own_server() -> None:
    """End the claim on the benchmarks' own server, if there is one."""
    while _leases:
        _leases.pop().give_back()


def restart() -> None:
    """Stop the benchmarks' own server and start it again: what it held in memory is gone. Another's is left alone."""
    connection.close()
    if _leases:
        leave_own_server()
        _leases.append(Lease(_own_cluster()))


def _own_cluster() -> Cluster:
    return Cluster(settings.DATA_DIR / "bench" / "postgres", {**THROWAWAY, "shared_buffers": "1GB"})


def _lead_to(url: str) -> None:
    from django.db import connections

    connections.settings["default"].update(from_url(url))
    del connections["default"]


@contextmanager
def kept(name: str, build: Callable[[], None]) -> Iterator[str]:
    """Inside, Django's connection leads to this database. It is migrated and built the first time, and after each
    change of a migration; what a benchmark writes into it, it takes back itself. Yields the database's address."""
    full = f"bench_{name}_{_migrations()}"
    before = connection.settings_dict["NAME"]
    if not _exists(full):
        _build(full, name, build)
    _point_to(full)
    try:
        yield address(full)
    finally:
        _point_to(before)


@contextmanager
def copied() -> Iterator[None]:
    """Inside, Django's connection leads to a copy of the database, dropped afterwards: for what has to be committed."""
    before = connection.settings_dict["NAME"]
    full = f"{before}_copy"
    connection.close()
    _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", full)
    _execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", full, before)
    _point_to(full)
    try:
        yield
    finally:
        _point_to(before)
        _execute("DROP DATABASE {} WITH (FORCE)", full)


@contextmanager
def scratch(name: str) -> Iterator[None]:
    """Inside, Django's connection leads to a new database, migrated and otherwise empty, dropped afterwards."""
    full, before = f"bench_{name}_scratch", connection.settings_dict["NAME"]
    _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", full)
    _execute("CREATE DATABASE {} TEMPLATE template0", full)
    _point_to(full)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        _point_to(before)
        _execute("DROP DATABASE {} WITH (FORCE)", full)


def _build(full: str, name: str, build: Callable[[], None]) -> None:
    for old in _names(f"bench_{name}_"):
        _execute("DROP DATABASE {} WITH (FORCE)", old)
    unfinished = f"bench_{name}_unfinished"
    _execute("CREATE DATABASE {} TEMPLATE template0", unfinished)
    _point_to(unfinished)
    call_command("migrate", verbosity=0, interactive=False)
    build()
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    _execute("ALTER DATABASE {} RENAME TO {}", unfinished, full)


def _migrations() -> str:
    """Changes whenever a migration does."""
    found = hashlib.sha256()
    for path in sorted(settings.BASE_DIR.glob("*/migrations/*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _server() -> "psycopg.Connection[tuple[str]]":
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _names(prefix: str) -> list[str]:
    with _server() as server:
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        return [name for (name,) in server.execute(query, [prefix])]


def _exists(name: str) -> bool:
    return name in _names(name)


def _execute(statement: str, *names: str) -> None:
    with _server() as server:
        server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _point_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def address(name: str) -> str:
    base, _, query = os.environ["DATABASE_URL"].partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}{'?' + query if query else ''}"


def bring_into_memory() -> None:
    """Read this database's tables and indexes once: a server that has been up for days has in memory what its people
    open, and one that was started a minute ago, after gigabytes of other databases, reads it row by row from the disk.
    Left alone where the server's owner does not let us."""
    with connection.cursor() as cursor, suppress(DatabaseError):
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute("SELECT pg_prewarm(oid, 'read') FROM pg_class WHERE relkind IN ('r', 'i', 't')")


@figures.measured("yardstick")
def yardstick() -> Iterator[Figure]:
    """How fast this machine is: the same fixed work each time."""
    for name in YARDSTICKS:
        yield info(f"yardstick.{name}", speed(name), "s")


def speed(name: str) -> float:
    """Seconds that a yardstick takes here and now, the median of three: where others work on a machine too, its speed
    is not the same for long."""
    at, taken = _measured.get(name, (-NOW, 0.0))
    if time.monotonic() - at >= NOW:
        taken = median(seconds(YARDSTICKS[name]) for _ in range(3))
        _measured[name] = time.monotonic(), taken
    return taken


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def beside(taken: Sequence[float], others: Sequence[float]) -> float:
    """How many times as long something takes: each time against the ``others`` just before and after it, as what else
    the machine does slows all three. The least of them."""
    return min(one / ((others[n] + others[n + 1]) / 2) for n, one in enumerate(taken))


def waited(name: str, work: Callable[[], object], target: float, by: str = "sql") -> Figure:
    """The median of what somebody waits for again and again, each time scaled by the yardstick just before and after
    it: a machine that others work on too is not as fast for two of them. The first after a yardstick, which has had
    the processor's caches for itself, is not counted."""
    taken, as_there, before = [], [], seconds(YARDSTICKS[by])
    for _ in range(ROUNDS):
        work()
        some = [seconds(work) for _ in range(IN_A_ROUND)]
        after = seconds(YARDSTICKS[by])
        taken += some
        as_there += [one * REFERENCE[by] / mean((before, after)) for one in some]
        before = after
    return at_most(name, median(as_there), "s", target, raw=round(median(taken), 4), scaled_by=by)


def scaled(name: str, value: float, target: float, by: str = "sql", *, pace: float = 0, **also: Any) -> Figure:
    """A time against an absolute target, as it would be on the machine that the target was set on. ``pace``: what the
    yardstick took meanwhile, if not now."""
    there = value * REFERENCE[by] / (pace or speed(by))
    return at_most(name, there, "s", target, raw=round(value, 4), scaled_by=by, **also)
