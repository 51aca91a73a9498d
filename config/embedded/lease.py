"""Who needs the embedded server, and until when.

Every process that uses the server holds a shared lock on `users.lock` as long as it lives. The server's supervisor
waits for the exclusive lock: the kernel hands it over when the last user is gone, even one killed with SIGKILL, and
the supervisor then stops the server. So two commands at once share one server, none stops it under the other, and
nothing is left behind.
"""

import atexit
import fcntl
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from config.embedded.postgres import Cluster, EmbeddedError


class Lock:
    """An advisory file lock that ends with the process."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("a")

    def shared(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def exclusive(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        self._file.close()


# Those this process started. One may outlive the lease it was started for, and must not be waited for then.
_supervisors: list[subprocess.Popen[bytes]] = []


class Lease:
    """This process's claim on a running cluster. Taking it starts the server when nobody has yet.

    With `remove`, the cluster's files are removed when the last claim ends.
    """

    def __init__(self, cluster: Cluster, *, remove: bool = False) -> None:
        self._cluster = cluster
        self._remove = remove
        self._supervisor: subprocess.Popen[bytes] | None = None
        cluster.prepare()
        self._users = Lock(cluster.directory / "users.lock")
        self._users.shared()
        starting = Lock(cluster.directory / "start.lock")
        starting.exclusive()
        try:
            if not cluster.answers() or not self._supervised():
                self._start()
        finally:
            starting.close()

    def _supervised(self) -> bool:
        path = self._cluster.directory / "supervisor.lock"
        if not path.exists():
            return False
        supervisor = Lock(path)
        try:
            return not supervisor.try_exclusive()
        finally:
            supervisor.close()

    def _start(self) -> None:
        settings = [f"--set={name}={value}" for name, value in self._cluster.settings.items()]
        arguments = [str(self._cluster.directory), *settings, *(["--remove"] if self._remove else [])]
        self._supervisor = subprocess.Popen(
            [sys.executable, "-m", "config.embedded.supervisor", *arguments],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _supervisors.append(self._supervisor)
        assert self._supervisor.stdout is not None
        words = self._supervisor.stdout.readline().decode(errors="replace")
        if words.strip() != "ready":
            words += self._supervisor.stdout.read().decode(errors="replace")
            raise EmbeddedError(words.strip() or "The embedded PostgreSQL did not start.")
        self._supervisor.stdout.close()

    def give_back(self, timeout: float = 10) -> None:
        """End the claim. Returns when the server is stopped, or at once when others still use it."""
        self._users.release()
        deadline = time.monotonic() + timeout
        while self._supervised() and time.monotonic() < deadline:
            if self._users.try_exclusive():
                self._users.release()  # not yet handed over to the supervisor: it is next
            elif self._users.try_shared():
                self._users.release()
                break  # somebody else uses it
            time.sleep(0.01)
        self._users.close()
        if self._supervisor and not self._supervised():
            self._supervisor.wait(timeout)
            _supervisors.remove(self._supervisor)


_held: dict[tuple[int, Path], Lease] = {}
_guard = threading.Lock()


def ensure(cluster: Cluster) -> None:
    """Have the cluster running until this process ends. Cheap when called again; a forked child claims anew."""
    key = (os.getpid(), cluster.directory)
    if key in _held:
        return
    with _guard:
        if key not in _held:
            _held[key] = Lease(cluster)


@atexit.register
def give_back_all() -> None:
    """End what `ensure` claimed for this process. Without this call it ends with the process."""
    for key in [key for key in _held if key[0] == os.getpid()]:
        _held.pop(key).give_back()
