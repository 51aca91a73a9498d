"""A real broker, for tests of what travels through it."""

import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from config.celery import app
from config.embedded.broker import Broker, binary
from config.embedded.privileges import die_with_parent


@pytest.fixture(scope="session")
def broker_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("broker"))
    broker.prepare()
    program = binary()
    assert program, "no valkey-server or redis-server"
    server = subprocess.Popen(broker.command(program), preexec_fn=die_with_parent)
    while not broker.answers():
        assert server.poll() is None, broker.log.read_text()
        time.sleep(0.02)
    yield broker
    server.kill()
    server.wait()


@pytest.fixture
def broker(broker_server: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Broker:
    """A running broker that Celery and the waking of workers use during this test."""
    settings.WAKE_WORKERS = True
    monkeypatch.setitem(app.conf, "broker_url", broker_server.url)
    monkeypatch.setattr(app, "_pool", None)
    return broker_server
