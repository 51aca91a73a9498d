"""What must be true before anything is started, each with what to do where it is not."""

import socket
import time
from pathlib import Path

from config.embedded.broker import Broker
from config.embedded.lease import Lock


class CannotStart(RuntimeError):
    """The message says why, and what to do."""


def writable(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        probe = data_dir / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"The data directory {data_dir} can't be written ({error.strerror}).\n"
            "Give one that this user may write: make run DATA_DIR=~/holdfast-data"
        ) from error


class Claim:
    """The data directory belongs to this process, until it ends or gives it back. Raises CannotStart if to another."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self._path = data_dir / "runner.lock"
        self._lock = Lock(self._path)
        written = self._path.read_text().strip()
        if not self._lock.try_exclusive():
            raise CannotStart(
                f"Holdfast already runs on {data_dir}, at port {written or '?'}.\n"
                "Stop it first, or start a second one with data of its own: make run DATA_DIR=… PORT=…"
            )
        self.after_a_crash = bool(written)
        self._path.write_text(f"{port}\n")

    def __enter__(self) -> "Claim":
        return self

    def __exit__(self, *_: object) -> None:
        self._path.write_text("")
        self._lock.close()


def port_is_free(host: str, port: int, patience: float, name: str = "PORT") -> None:
    """After a crash, what it left behind goes within seconds: wait that long, not longer."""
    deadline = time.monotonic() + patience
    while not _can_listen(host, port):
        if time.monotonic() > deadline:
            raise CannotStart(
                f"Port {port} is in use.\nStop what listens there, or choose another: make run {name}={port + 1}"
            )
        time.sleep(0.1)


def _can_listen(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
        return True


def broker_is_gone(broker: Broker, patience: float = 10) -> None:
    """Two brokers must not write one file."""
    deadline = time.monotonic() + patience
    while broker.answers():
        if time.monotonic() > deadline:
            raise CannotStart(f"Another broker still runs on {broker.directory}. Stop it and try again.")
        time.sleep(0.1)
