"""The product as production runs it: web, worker and beat as processes of their own, started again when they end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from config.embedded.broker import Broker, binary
from config.embedded.privileges import die_with_parent
from config.runner import programs
from config.runner.programs import Program
from tests.support.product import free_port

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """One installation on services of its own. A keeper starts again what ended, as systemd does."""

    def __init__(self, folder: Path, database_url: str, *, root: Path = ROOT, **environment: str) -> None:
        self.port, self.root = free_port(), root
        self.broker = Broker(folder / "broker")
        self._log = folder / "site.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in {"MAKELEVEL", "PORT"}},
            "DATABASE_URL": database_url,
            "BROKER_URL": self.broker.url,
            "DATA_DIR": f"{folder}",
            "DATABASE_POOL": "1",
            "WAKE_WORKERS": "1",
            "LOG_LEVEL": "WARNING",
            **environment,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._done = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self.broker.prepare()
        self._keeper.start()
        self.wait_for("/readyz")

    def end(self) -> None:
        self._done.set()
        self._keeper.join()
        for process in self._running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill(self, name: str) -> None:
        """kill -9 of a program and of all it started; it comes back by itself."""
        with suppress(ProcessLookupError):
            os.killpg(self._running[name].pid, signal.SIGKILL)

    def manage(self, *arguments: str, root: Path | None = None) -> str:
        """What a management command says. Raises CalledProcessError."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=root or self.root, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def status(self, path: str) -> int:
        """What a request is answered with; 0 when nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except OSError:
            return 0

    def wait_for(self, path: str, patience: float = 90) -> float:
        """Wait until it is answered with 200. Returns the seconds that took; raises TimeoutError."""
        began = time.monotonic()
        while self.status(path) != 200:
            if time.monotonic() > began + patience:
                raise TimeoutError(f"{path} is not answered.\n{self.log()}")
            time.sleep(0.1)
        return time.monotonic() - began

    def log(self, lines: int = 20) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:]) if self._log.exists() else ""

    def _keep(self) -> None:
        """Starts what is not running, and looks again twice a second. Here, since a child ends with its thread."""
        while not self._done.is_set():
            for program in self._programs():
                held = self._running.get(program.name)
                if held is None or held.poll() is not None:
                    self._running[program.name] = self._spawn(program)
            self._done.wait(0.5)

    def _programs(self) -> list[Program]:
        found = binary()
        assert found
        web = programs.web(host="127.0.0.1", port=self.port, debug=False)
        return [programs.broker(self.broker, found), web, replace(programs.worker(), environment={}), programs.beat()]

    def _spawn(self, program: Program) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                program.command, cwd=self.root, env={**self._environment, **program.environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGKILL),
            )  # fmt: skip


@contextmanager
def site(folder: Path, database_url: str, *, root: Path = ROOT, **environment: str) -> Iterator[Site]:
    """A migrated site that runs; all its processes are gone afterwards."""
    made = Site(folder, database_url, root=root, **environment)
    try:
        made.manage("migrate", "-v", "0")
        made.start()
        yield made
    finally:
        made.end()
