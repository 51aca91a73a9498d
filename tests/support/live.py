"""The real server over a database of its own, for tests that use a browser or speak HTTP.

    def test_queue(live_demo, page):
        live_demo.sign_in(page, "sam@example.com")
        page.goto(live_demo.url + "/queue/")

Inside `with live_demo.database():` the models read and write what the server shows.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.test import Client

from accounts.tests.signing import signed_in
from config import assets
from config.embedded.privileges import die_with_parent
from tests.support.databases import Databases

ROOT = Path(__file__).resolve().parents[2]
DEMO = {"customers": 60, "months": 14, "seed": 7}


@dataclass(frozen=True)
class Live:
    """A server that runs, and the database it shows."""

    url: str
    database: Callable[[], AbstractContextManager[None]]

    def sign_in(self, page: Any, email: str) -> None:
        """Let the browser page be signed in as this user, without the form."""
        with self.database():
            client = signed_in(Client(), get_user_model().objects.get(email=email))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.url}])


@contextmanager
def serve(database_url: str, data_dir: Path) -> Iterator[str]:
    """Run the web server on a free port. Yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"fd://{listener.fileno()}", *_OPTIONS],
            cwd=ROOT,
            env={**os.environ, **_environment(database_url, data_dir)},
            pass_fds=[listener.fileno()],
            preexec_fn=die_with_parent,
            start_new_session=True,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/livez", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(server)


_OPTIONS = ["--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "warning"]
_OPTIONS += ["--graceful-timeout", "1"]


def _end(server: "subprocess.Popen[bytes]") -> None:
    """With a request first: what a server covered is written when it ends."""
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(5)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def _environment(database_url: str, data_dir: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": settings.SECRET_KEY,
        "WAKE_WORKERS": "0",
        "LOG_LEVEL": "ERROR",
    }


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(address, timeout=30):
                return
        except (URLError, ConnectionError):
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The server at {address} does not answer.")
            time.sleep(0.05)


@contextmanager
def _live(template: str, databases: Databases, blocker: Any, data_dir: Path) -> Iterator[Live]:
    @contextmanager
    def database() -> Iterator[None]:
        with blocker.unblock(), databases.using(name):
            yield

    assets.build()
    name = databases.clone(template)
    try:
        with serve(databases.url(name), data_dir) as url:
            yield Live(url, database)
    finally:
        databases.drop(name)


def _make_demo() -> None:
    if "make_demo" in get_commands():
        call_command("make_demo", **DEMO)


@pytest.fixture(scope="session")
def demo(databases: Databases, migrated: str, django_db_blocker: Any) -> str:
    """The name of a template that holds a small demo company; made once in a run."""
    with django_db_blocker.unblock():
        return databases.template("demo", _make_demo, source=migrated)


@pytest.fixture(scope="session")
def live_demo(
    demo: str, databases: Databases, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """The server over the demo company. All tests of one worker share it: leave what others look at as it was."""
    with _live(demo, databases, django_db_blocker, tmp_path_factory.mktemp("live-demo")) as live:
        yield live


@pytest.fixture(scope="session")
def live_empty(
    migrated: str, databases: Databases, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """The server over an empty database, to be filled inside `with live_empty.database():`."""
    with _live(migrated, databases, django_db_blocker, tmp_path_factory.mktemp("live-empty")) as live:
        yield live
