"""Databases for tests: one server for the run, one migrated template, a clone for every worker.

Facts can't be truncated, so a test with real commits (`django_db(transaction=True)`) gets a clone of its own,
dropped after it; no test flushes.
"""

import hashlib
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase
from psycopg import sql

from config.databases import from_url
from config.embedded.lease import Lease
from config.embedded.postgres import THROWAWAY, Cluster
from customers.models.measured import places

RUN = "HOLDFAST_TEST_RUN"
ROOT = Path(__file__).parents[2]


class Databases:
    """Makes, clones and drops the databases of one test run on the server of `DATABASE_URL`."""

    def __init__(self, url: str, run: str) -> None:
        self._url = url
        self._prefix = f"test_{run}"

    def url(self, name: str) -> str:
        """The address of one of the databases, for a process that is to use it."""
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def template(self, kind: str, build: Callable[[], None], source: str | None = None) -> str:
        """The name of a template database, built by the first worker that asks for it, while the others wait."""
        return self._built(f"{self._prefix}_{kind}", build, source)

    def kept(self, kind: str, version: str, build: Callable[[], None]) -> str:
        """The same for one that the next run on this server finds again; those of other versions are dropped."""
        name = f"kept_{kind}_{version}"
        with self._server() as server:
            stale = "datname ~ ('^kept_' || %s || '_[0-9a-f]+$') AND datname <> %s"
            names = server.execute(f"SELECT datname FROM pg_database WHERE {stale}", [kind, name]).fetchall()
        for (old,) in names:
            self.drop(old)
        return self._built(name, build)

    def _built(self, name: str, build: Callable[[], None], source: str | None = None) -> str:
        with self._server() as server:
            server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                unfinished = f"{name}_unfinished"
                server.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished))
                self._create(server, unfinished, source)
                with self.using(unfinished):
                    build()
                server.execute(_named("ALTER DATABASE {} RENAME TO {}", unfinished, name))
        return name

    def clone(self, template: str) -> str:
        """The name of a new copy of a template; takes about 50 ms."""
        name = f"{self._prefix}_{uuid.uuid4().hex[:12]}"
        with self._server() as server:
            self._create(server, name, template)
        return name

    def drop(self, name: str) -> None:
        with self._server() as server:
            server.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))

    def drop_all(self) -> None:
        with self._server() as server:
            names = server.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self._prefix]
            ).fetchall()
        for (name,) in names:
            self.drop(name)

    @contextmanager
    def using(self, name: str) -> Iterator[None]:
        """Inside the block, Django's connection leads to this database."""
        before = connection.settings_dict["NAME"]
        _point_to(name)
        try:
            yield
        finally:
            _point_to(before)

    def _server(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._url, autocommit=True)

    def _create(self, server: psycopg.Connection[Any], name: str, template: str | None) -> None:
        # Through the log, which nobody needs here, a copy takes five times as long.
        server.execute(_named("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template or "template0"))


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))  # type: ignore[arg-type]


def _point_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


AUDIT = ("*/audited.py", "*/auditing.py", "accounts/domain/audit/triggers.py")  # triggers are set after migrations


def _migrations() -> str:
    """Tells one state of all migrations, and of what registers itself after them, from another."""
    digest = hashlib.sha256()
    for folder in (
        "*/migrations/*.py",
        "*/migrations/*.sql",
        "*/measures.py",
        "*/measures/*.py",
        "*/models/*.py",
        *AUDIT,
    ):
        for path in sorted(ROOT.glob(folder)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def pytest_configure(config: pytest.Config) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WAKE_WORKERS = False
    settings.OUTSIDE_DIR = Path(tempfile.gettempdir()) / f"holdfast-test-outside-{os.getpid()}"
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    os.environ["DATABASE_POOL"] = "0"
    os.environ[RUN] = uuid.uuid4().hex[:8]
    if "DATABASE_URL" not in os.environ:
        cluster = Cluster(Path(tempfile.mkdtemp(prefix="holdfast-test-")), THROWAWAY)
        config.stash[_LEASE] = Lease(cluster, remove=True)
        os.environ["DATABASE_URL"] = cluster.url()
    _lead_to(os.environ["DATABASE_URL"])


def _lead_to(url: str) -> None:
    """Settings are read before any conftest: set Django's default database anew."""
    connections.settings["default"].update(from_url(url))
    if connections.all(initialized_only=True):
        del connections["default"]


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or RUN not in os.environ:
        return
    if lease := config.stash.get(_LEASE, None):
        del os.environ["DATABASE_URL"]
        lease.give_back()
    else:
        Databases(os.environ["DATABASE_URL"], os.environ[RUN]).drop_all()


_LEASE = pytest.StashKey[Lease]()


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The run's databases, for tests that need one of their own."""
    return Databases(os.environ["DATABASE_URL"], os.environ[RUN])


@pytest.fixture(scope="session")
def migrated(databases: Databases, django_test_environment: None, django_db_blocker: Any) -> str:
    """The name of the migrated, otherwise empty template."""
    with django_db_blocker.unblock():
        return databases.kept("migrated", _migrations(), _migrate)


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases, migrated: str, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's: clones instead of migrating once more."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        _clone_for_each_transactional_test(databases, migrated, patch)
        name = databases.clone(migrated)
        with databases.using(name):
            places()  # kept in memory from the first asking on: no test's statements count with or without it
            yield
        databases.drop(name)


def _clone_for_each_transactional_test(databases: Databases, template: str, patch: pytest.MonkeyPatch) -> None:
    before: list[str] = []

    def set_up(cls: type[TransactionTestCase]) -> None:
        before.append(connection.settings_dict["NAME"])
        _point_to(databases.clone(template))

    def tear_down(self: TransactionTestCase) -> None:
        used = connection.settings_dict["NAME"]
        _point_to(before.pop())
        databases.drop(used)

    patch.setattr(TransactionTestCase, "_fixture_setup", classmethod(set_up))
    patch.setattr(TransactionTestCase, "_fixture_teardown", tear_down)
