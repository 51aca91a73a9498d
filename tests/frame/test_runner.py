"""`make run` as a user meets it: it starts, answers, stops without a trace, and comes up again after a murder."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.product import ROOT, DoesNotStart, Product, product

pytestmark = pytest.mark.slow


INBOUND = "in.holdfast.test"


@pytest.fixture(scope="module")
def inbound_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, inbound_port: int) -> Iterator[Product]:
    led_here = {"INBOUND_DOMAIN": INBOUND, "INBOUND_PORT": f"{inbound_port}"}
    with product(tmp_path_factory.mktemp("product") / "data", **led_here) as made:
        yield made


def refusal(port: int) -> bytes:
    """What the mailbox says to mail for an address that is none of its own, once it listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
                server.ehlo()
                server.mail("somebody@example.com")
                return server.rcpt(f"nobody@{INBOUND}")[1]
        except (ConnectionError, smtplib.SMTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_it_starts_works_and_leaves_no_process(installed: Product, inbound_port: int) -> None:
    installed.start()
    assert installed.status("/livez") == 200
    assert installed.status("/readyz") == 200
    assert installed.status("/accounts/login/") == 200
    assert len(installed.survivors()) >= 8
    assert refusal(inbound_port) == b"5.1.1 No such address here"

    beside = installed.manage("showmigrations", "core")
    assert installed.status("/readyz") == 200
    code, _seconds = installed.interrupt()
    assert code == 0
    assert installed.survivors() == []

    without = installed.manage("showmigrations", "core")
    assert (beside.returncode, beside.stdout) == (0, without.stdout)
    assert "[X] 0001_initial" in without.stdout
    assert installed.survivors() == []


def test_a_killed_runner_blocks_no_start_and_a_dead_program_takes_the_others_with_it(installed: Product) -> None:
    installed.start()
    installed.kill()
    installed.start()
    assert installed.status("/readyz") == 200
    for pid in installed.processes(" beat "):
        os.kill(pid, signal.SIGKILL)
    assert installed.end() == 1
    assert installed.survivors(patience=30) == []
    assert "beat ended with exit code -9. Stopping the rest." in installed.said()


def test_it_says_when_its_port_is_taken(installed: Product) -> None:
    with socket.create_server(("127.0.0.1", installed.port)), pytest.raises(DoesNotStart):
        installed.start()
    assert f"Port {installed.port} is in use." in installed.said()
    assert f"make run PORT={installed.port + 1}" in installed.said()


def test_it_says_when_its_directory_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with product(tmp_path / "file" / "data") as made:
        said = made.manage("check")
    assert "can't be used" in said.stderr
    assert "DATA_DIR" in said.stderr


def test_production_needs_a_key_of_its_own(tmp_path: Path) -> None:
    with product(tmp_path / "data", PRODUCTION="1", SECRET_KEY="") as made:
        said = made.manage("check")
    assert said.returncode != 0
    assert "Set SECRET_KEY" in said.stderr


def test_manage_works_from_a_python_without_django() -> None:
    bare = subprocess.run(
        [f"{sys.base_prefix}/bin/python3", "manage.py", "version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert bare.returncode == 0, bare.stderr
    assert bare.stdout.startswith("5.2")
