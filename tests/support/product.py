"""The real product, started as a user starts it, for tests and fault campaigns."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]


class DoesNotStart(Exception):
    """The message is what the runner said."""


class Product:
    """One installation: its data directory, its port, and the runner while it runs."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self._environment = environment
        self._log = data_dir.with_suffix(".log")
        self._runner: subprocess.Popen[bytes] | None = None

    def was_started(self) -> bool:
        return self._runner is not None

    def start(self, timeout: float = 120) -> float:
        """Start it and wait until it says that it is ready. Returns the seconds that took."""
        began = time.monotonic()
        with self._log.open("w") as log:
            self._runner = subprocess.Popen(
                [sys.executable, "-m", "config.runner"],
                cwd=ROOT,
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while "Holdfast is ready" not in self.said():
            if self._runner.poll() is not None or time.monotonic() - began > timeout:
                raise DoesNotStart(self.said())
            time.sleep(0.05)
        return time.monotonic() - began

    def said(self) -> str:
        """What the runner has printed since its last start."""
        return self._log.read_text()

    def end(self) -> int:
        """Wait until the runner has ended. Returns its exit code."""
        assert self._runner
        return self._runner.wait(30)

    def status(self, path: str) -> int:
        """The status that a request for this path is answered with; 0 when nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except (URLError, ConnectionError):
            return 0

    def interrupt(self) -> tuple[int, float]:
        """What Ctrl-C does. Returns the runner's exit code and the seconds it took to end."""
        assert self._runner
        began = time.monotonic()
        self._runner.send_signal(signal.SIGINT)
        return self.end(), time.monotonic() - began

    def kill(self) -> None:
        """End the runner without giving it a chance, and nothing else."""
        assert self._runner
        self._runner.kill()
        self._runner.wait()

    def survivors(self, patience: float = 0) -> list[str]:
        """The command lines of what still runs of it, after waiting at most so long for there to be none."""
        deadline = time.monotonic() + patience
        while (left := self._processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return list(left.values())

    def processes(self, word: str) -> list[int]:
        """The ids of its processes whose command line contains the word."""
        return [pid for pid, line in self._processes().items() if word in line]

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a management command on the same data."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self._whole_environment(), capture_output=True, text=True, check=False
        )

    def _whole_environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        own = {"DATA_DIR": str(self.data_dir), "PORT": str(self.port), "DEMO": "0"}
        return {**inherited, **own, **self._environment}

    def _processes(self) -> dict[int, str]:
        """Everything that inherited this installation's data directory or names it, by process id."""
        mark = f"DATA_DIR={self.data_dir}".encode()
        return {
            pid: line
            for pid, environment, line in _all_processes()
            if mark in environment.split(b"\0") or f"{self.data_dir}/" in line
        }


# What a test run sets for itself must not reach the product.
_NOT_INHERITED = {"DATABASE_URL", "DATABASE_POOL", "DJANGO_SETTINGS_MODULE", "MAKELEVEL", "WAKE_WORKERS"}


def _all_processes() -> Iterator[tuple[int, bytes, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            if line:  # a zombie has none
                yield int(folder.name), (folder / "environ").read_bytes(), line
        except OSError:
            continue


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def product(data_dir: Path, **environment: str) -> Iterator[Product]:
    """An installation whose processes are all gone afterwards, whatever happened."""
    made = Product(data_dir, **environment)
    try:
        yield made
    finally:
        for pid in made.processes(""):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if made.was_started():
            made.end()
